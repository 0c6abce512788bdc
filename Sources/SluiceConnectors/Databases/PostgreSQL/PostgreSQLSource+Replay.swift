#if PostgreSQL
import SluiceCore
import SluicePipelines

/// Dead letters of rows are JSON objects, whichever step they failed at.
extension PostgreSQLSource: ReplayableSource {
    func decoder(ofRecordsAt place: SourceLocation, _ header: FileHeader?, columns: [String]) async throws -> (any PayloadDecoder)? {
        guard case .shard(access.name, rowsName, _) = place else { return nil }
        return try DatabaseLetters.decoder(columns, of: schema)
    }
}
#endif
