import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceStreams

extension StreamSource: ReplayableSource {
    /// A record that is still in the stream is decoded by its envelope, one that is gone as the definition says.
    func decoder(ofRecordsAt place: SourceLocation, _ header: FileHeader?, columns: [String]) async throws -> (any PayloadDecoder)? {
        guard case .shard(let name, let shard, let sequence) = place, name == stream.name else { return nil }
        return try layouts.decoder(
            envelope: try await envelope(ShardID(parsing: shard)?.number, UInt64(sequence)), columns: columns, of: schema)
    }

    private func envelope(_ shard: Int?, _ sequence: UInt64?) async throws -> [UInt8]? {
        guard let shard, let sequence, stream.shardNumbers.contains(shard), try sequence >= stream.horizon(shard),
            try sequence < stream.endSequence(shard: shard)
        else { return nil }
        var reader = try stream.reader(shard: shard, from: .sequence(sequence))
        return try await reader.next()?.header(FileEnvelope.headerName)
    }
}
