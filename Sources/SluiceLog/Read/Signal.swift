import Synchronization

/// Wakes one task once: when it is resumed, or when the task is cancelled. A resume before the wait counts.
final class Signal: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Void, Never>)
        case resumed
    }

    private let state = Mutex(State.idle)

    func resume() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .resumed }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume()
    }

    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isResumed = state.withLock { state in
                    if case .resumed = state { return true }
                    state = .waiting(continuation)
                    return false
                }
                if isResumed { continuation.resume() }
            }
        } onCancel: {
            resume()
        }
    }
}
