import Synchronization

/// A queue between one producing and one consuming task, bounded by the weight of what waits in it: a full queue suspends the producer.
///
/// An element heavier than the limit is let in when the queue is empty, so nothing waits for ever.
final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [(element: Element, weight: Int)] = []
        var weight = 0
        var isFinished = false
        var isAbandoned = false
        var producer: CheckedContinuation<Void, Never>?
        var consumer: CheckedContinuation<Void, Never>?
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Waits for room and appends.
    ///
    /// - Throws: `CancellationError` when the consumer has gone or the task was cancelled.
    func send(_ element: Element, weight: Int) async throws {
        try await waitForRoom(weight)
        let consumer = state.withLock { state in
            state.elements.append((element, weight))
            state.weight += weight
            return state.consumer.take()
        }
        consumer?.resume()
    }

    /// No more elements; those that wait are still delivered.
    func finish() {
        let consumer = state.withLock { state in
            state.isFinished = true
            return state.consumer.take()
        }
        consumer?.resume()
    }

    /// The consumer wants no more: waiting and later sends throw `CancellationError`.
    func abandon() {
        let waiting = state.withLock { state in
            state.isAbandoned = true
            state.elements = []
            return (state.producer.take(), state.consumer.take())
        }
        waiting.0?.resume()
        waiting.1?.resume()
    }

    /// The next element; nil at the end, or when the queue was abandoned.
    func receive() async -> Element? {
        while true {
            let (element, producer, isOver) = state.withLock { state in
                guard !state.elements.isEmpty else { return (Element?.none, state.producer.take(), state.isFinished || state.isAbandoned) }
                let (element, weight) = state.elements.removeFirst()
                state.weight -= weight
                return (element, state.producer.take(), false)
            }
            producer?.resume()
            if let element { return element }
            if isOver { return nil }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        if !state.elements.isEmpty || state.isFinished || state.isAbandoned { return true }
                        state.consumer = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                abandon()
            }
        }
    }

    private func waitForRoom(_ weight: Int) async throws {
        while true {
            let (hasRoom, isAbandoned) = state.withLock { state in
                (state.elements.isEmpty || state.weight + weight <= limit, state.isAbandoned)
            }
            if isAbandoned { throw CancellationError() }
            if hasRoom { return }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        if state.elements.isEmpty || state.weight + weight <= limit || state.isAbandoned { return true }
                        state.producer = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                abandon()
            }
        }
    }
}
