import SluiceCore
import SluicePipelines
import SluiceStreams

/// The records of a source after they went through a stream: one split a shard, read while the ingest is still writing.
struct StreamedSource: Source {
    let records: any RecordSource
    let stream: RecordStream
    /// Where the run's records begin in each shard.
    let starts: [UInt64]

    var schema: Schema { records.schema }
    var notices: [String] { records.notices }

    func splits() async throws -> [SourceSplit] {
        (0..<stream.shardCount).map { SourceSplit(id: ShardID($0).description, bytes: nil) }
    }

    func open(_ split: SourceSplit, columns: [String], keepsRaw: Bool) async throws -> any SplitReader {
        guard let shard = (0..<stream.shardCount).first(where: { ShardID($0).description == split.id }) else {
            throw SluiceError(.notFound, "stream \"\(stream.name)\" has no shard \"\(split.id)\"")
        }
        return StreamedSplitReader(
            source: self, shard: shard, columns: columns,
            reader: try stream.reader(shard: shard, from: .sequence(starts[shard])))
    }
}

/// Decodes the frames of one shard as they become durable.
final class StreamedSplitReader: SplitReader {
    private let source: StreamedSource
    private let shard: Int
    private let columns: [String]
    private var reader: ShardReader
    /// The decoder of the last envelope: neighbouring frames come from one file.
    private var decoder: (envelope: [UInt8], decoder: any PayloadDecoder)?

    init(source: StreamedSource, shard: Int, columns: [String], reader: ShardReader) {
        self.source = source
        self.shard = shard
        self.columns = columns
        self.reader = reader
    }

    /// The ingest counts the bytes of the source.
    var bytesRead: Int64 { 0 }

    func next() async throws -> ReadBatch? {
        repeat {
            while let records = try await reader.next() {
                try Task.checkCancellation()
                // Records that another program put there before are not the run's.
                if let envelope = RecordEnvelope(records) { return try decode(records, envelope) }
            }
        } while await reader.waitForRecords()
        return nil
    }

    private func decode(_ records: StreamRecords, _ envelope: RecordEnvelope) throws -> ReadBatch {
        if decoder?.envelope != envelope.envelope {
            decoder = (envelope.envelope, try source.records.decoder(envelope: envelope.envelope, columns: columns))
        }
        return decoder!.decoder.decode(records.payloads, origin: envelope.origin(records, stream: source.stream.name, shard: shard))
    }
}
