import SluiceCore
import SluicePipelines

extension BackendSource: ReplayableSource {
    func decoder(ofRecordsAt place: SourceLocation, _ header: FileHeader?, columns: [String]) async throws -> (any PayloadDecoder)? {
        guard case .shard(let name, _, _) = place, name == stream.name else { return nil }
        return try layouts.decoder(envelope: nil, columns: columns, of: schema)
    }
}
