import SluiceCore
import SluiceStreams
import Synchronization

/// A subscription to a shard of the embedded log: it sleeps until a commit wakes it.
final class EmbeddedSubscription: ShardSubscription {
    private let stream: RecordStream
    private let shard: Int
    private struct State {
        var page: ShardPage
        var hasEnded = false
    }
    private let state: Mutex<State>

    init(_ stream: RecordStream, shard: Int, reader: ShardReader) {
        self.stream = stream
        self.shard = shard
        state = Mutex(State(page: ShardPage(reader)))
    }

    func ready() async {
        let (page, hasEnded) = state.withLock { ($0.page, $0.hasEnded) }
        if !hasEnded, !page.hasRest { _ = await page.reader.waitForRecords() }
    }

    func next() async throws(SluiceError) -> RecordPage? {
        var (page, hasEnded) = state.withLock { ($0.page, $0.hasEnded) }
        while !hasEnded {
            try page.fill(limit: StreamLimits.getRecords)
            hasEnded = try stream.hasEnded(shard, at: page.offset)
            state.withLock { [page, hasEnded] in $0 = State(page: page, hasEnded: hasEnded) }
            if !page.batches.isEmpty || hasEnded {
                return RecordPage(
                    batches: page.batches, next: nil, millisBehindLatest: try stream.millisBehind(shard, page),
                    children: hasEnded ? stream.children(of: shard) : [], continuation: hasEnded ? nil : page.continuation)
            }
            if await !page.reader.waitForRecords(), try !stream.hasEnded(shard, at: page.offset) { return nil }
        }
        return nil
    }
}
