import SluiceCore
import SluicePipelines
import SluiceLog
import SluiceStreams
import Synchronization

/// The records of a source after they went through a stream: one split a shard, read while the ingest is still writing.
struct StreamedSource: Source {
    let records: any RecordSource
    let stream: RecordStream
    /// Where the run's records begin in each open shard, by its number.
    let starts: [Int: UInt64]

    var schema: Schema { records.schema }
    var notices: [String] { records.notices }

    func splits() async throws -> [SourceSplit] {
        starts.keys.sorted().map { SourceSplit(id: ShardID($0).description, bytes: nil) }
    }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let shard = ShardID(parsing: split.id)?.number, let start = starts[shard] else {
            throw SluiceError(.notFound, "stream \"\(stream.name)\" has no shard \"\(split.id)\"")
        }
        return StreamedSplitReader(
            source: self, shard: shard, columns: request.columns,
            reader: try stream.reader(shard: shard, from: .sequence(start)))
    }
}

/// Hands out the frames of one shard as they become durable.
final class StreamedSplitReader: SplitReader {
    private struct State {
        var reader: ShardReader
        /// The decoder of the last envelope: neighbouring frames come from one file.
        var decoder: (envelope: [UInt8], decoder: any PayloadDecoder)?
    }

    private let source: StreamedSource
    private let shard: Int
    private let columns: [String]
    private let state: Mutex<State>

    init(source: StreamedSource, shard: Int, columns: [String], reader: ShardReader) {
        self.source = source
        self.shard = shard
        self.columns = columns
        state = Mutex(State(reader: reader))
    }

    /// The ingest counts the bytes of the source.
    var bytesRead: Int64 { 0 }

    func next() async throws -> (any SplitPiece)? {
        var reader = state.withLock { $0.reader }
        defer { state.withLock { [reader] in $0.reader = reader } }
        repeat {
            while let records = try await reader.next() {
                try Task.checkCancellation()
                // Records that another program put there before are not the run's.
                guard let envelope = RecordEnvelope(records) else { continue }
                let decoder = try decoder(envelope)
                let origin = envelope.origin(records, stream: source.stream.name, shard: shard)
                return DeferredBatch { try decoder.decode(records.payloads, origin: origin) }
            }
        } while await reader.waitForRecords()
        return nil
    }

    private func decoder(_ envelope: RecordEnvelope) throws -> any PayloadDecoder {
        if let last = state.withLock({ $0.decoder }), last.envelope == envelope.envelope { return last.decoder }
        let decoder = try source.records.decoder(envelope: envelope.envelope, columns: columns)
        state.withLock { $0.decoder = (envelope.envelope, decoder) }
        return decoder
    }
}
