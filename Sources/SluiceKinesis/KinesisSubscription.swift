import SluiceCore
import SluiceStreams
import Synchronization

/// A shard read again and again, no more often than the service allows.
final class KinesisSubscription: ShardSubscription {
    private struct State {
        var next: ShardIterator?
        /// Whether the next read must wait, and how long.
        var pause = Duration.zero
    }

    private let streams: KinesisStreams
    private let state: Mutex<State>

    init(_ streams: KinesisStreams, _ first: ShardIterator) {
        self.streams = streams
        state = Mutex(State(next: first))
    }

    func next() async throws(SluiceError) -> RecordPage? {
        while let (iterator, pause) = state.withLock({ state in state.next.map { ($0, state.pause) } }) {
            let page: RecordPage
            do throws(SluiceError) {
                if pause > .zero { try await streams.sleep(for: pause) }
                page = try await streams.getRecords(iterator, limit: StreamLimits.getRecords)
            } catch {
                if error.code == .interrupted { return nil }
                throw error
            }
            let hasAll = page.millisBehindLatest == 0
            state.withLock {
                $0 = State(next: page.next, pause: .milliseconds(hasAll ? KinesisLimits.idleMillis : KinesisLimits.readMillis))
            }
            if page.count == 0, page.next != nil { continue }
            var shown = page
            shown.next = nil
            if page.next == nil { shown.continuation = nil }
            return shown
        }
        return nil
    }
}
