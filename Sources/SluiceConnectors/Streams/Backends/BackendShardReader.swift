import SluiceCore
import SluiceStreams

/// Reads one shard in order, from a position to a fixed end.
struct BackendShardReader: Sendable {
    /// A batch, and how many of its first rows lie before the end.
    struct Read: Sendable {
        var batch: RecordBatch
        var rows: Int
    }

    private let backend: any StreamBackend
    private let end: ShardEnd
    private var iterator: ShardIterator?
    /// Of the last page, in order.
    private var batches: ArraySlice<RecordBatch> = []
    /// The last record that was handed out.
    private(set) var reached: SequenceNumber?

    init(
        _ stream: BackendStream, _ shard: ShardSummary, from start: IteratorPosition, to end: ShardEnd
    ) async throws(SluiceError) {
        backend = stream.backend
        self.end = end
        iterator = end == .empty ? nil : try await stream.backend.shardIterator(stream.name, shard.id, start)
    }

    /// The next batch with a row before the end; nil at the end.
    mutating func next() async throws(SluiceError) -> Read? {
        while true {
            if let batch = batches.popFirst() {
                let rows = end.rows(of: batch)
                if rows > 0 {
                    reached = batch.sequenceNumber(rows - 1)
                    return Read(batch: batch, rows: rows)
                }
                (batches, iterator) = ([], nil)
            }
            guard let now = iterator else { return nil }
            let page = try await backend.getRecords(now, limit: StreamLimits.getRecords)
            batches = page.batches[...]
            iterator = end.isReached(by: page) ? nil : page.next
        }
    }
}
