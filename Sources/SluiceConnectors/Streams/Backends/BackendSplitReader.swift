import SluiceCore
import SluicePipelines
import SluiceStreams
import Synchronization

/// Reads one shard of a backend's stream as rows.
final class BackendSplitReader: SplitReader {
    private struct State {
        var reader: BackendShardReader
        /// Of the last envelope: neighbouring batches mostly have one.
        var last: (envelope: [UInt8]?, decoder: any PayloadDecoder)?
        var bytesRead: Int64 = 0
    }

    private let source: BackendSource
    private let shard: ShardSummary
    private let request: SourceRequest
    /// Payload bytes after which reading stops.
    private let budget: Int64
    private let onReached: @Sendable (SequenceNumber?, _ isAtEnd: Bool) -> Void
    private let state: Mutex<State>

    /// - Parameter onReached: Told which record was read last, whenever that changes, and when the end was reached.
    init(
        _ source: BackendSource, shard: ShardSummary, request: SourceRequest, reader: BackendShardReader, budget: Int64 = .max,
        onReached: @escaping @Sendable (SequenceNumber?, _ isAtEnd: Bool) -> Void = { _, _ in }
    ) {
        self.source = source
        self.shard = shard
        self.request = request
        self.budget = budget
        self.onReached = onReached
        state = Mutex(State(reader: reader))
    }

    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    func next() async throws -> (any SplitPiece)? {
        while bytesRead < budget {
            var reader = state.withLock { $0.reader }
            let read = try await reader.next()
            state.withLock { [reader] in $0.reader = reader }
            onReached(reader.reached, read == nil)
            guard let read else { return nil }
            let (batch, rows) = (read.batch, read.rows)
            let records = UnpackedRecords(batch, rows: rows, in: shard.range)
            // A packed record may hold records of other shards alone.
            if records.payloads.count == 0 { continue }
            let bytes = (0..<rows).reduce(0) { $0 + batch.payloads.range($1).count }
            state.withLock { $0.bytesRead += Int64(bytes) }
            return piece(records, try decoder(batch.header(FileEnvelope.headerName)))
        }
        return nil
    }

    private func piece(_ records: UnpackedRecords, _ decoder: any PayloadDecoder) -> DeferredBatch {
        let split = Origin.Split.numbered(stream: source.stream.name, shard: shard.id.description, numbers: records.numbers)
        let origin = Origin(split, .dense(first: 0, count: records.payloads.count), raw: records.payloads)
        return DeferredBatch { [keepsRaw = request.keepsRaw] in
            var read = try decoder.decode(records.payloads, origin: origin)
            if !keepsRaw { read.batch.origin?.raw = nil }
            return read
        }
    }

    private func decoder(_ envelope: [UInt8]?) throws(SluiceError) -> any PayloadDecoder {
        if let last = state.withLock({ $0.last }), last.envelope == envelope { return last.decoder }
        let decoder = try source.layouts.decoder(envelope: envelope, columns: request.columns, of: source.schema)
        state.withLock { $0.last = (envelope, decoder) }
        return decoder
    }
}

extension RecordBatch {
    /// The value of a header that all rows share; nil where there is none.
    func header(_ name: String) -> [UInt8]? { headers.first { $0.name == name }?.value }
}
