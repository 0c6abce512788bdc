import Dispatch
import Synchronization

/// Lets one task sleep until a time is over, or until something happens that is to wake it.
package final class Alarm: Sendable {
    private struct State {
        var sleeper: CheckedContinuation<Void, Never>?
        /// Counts sleeps, so that the end of an earlier one's time wakes no later one.
        var sleeps = 0
        /// Rung while nobody slept: the next sleep ends at once.
        var isRung = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Ends the sleep, or the next one; on any thread.
    package func ring() {
        let sleeper = state.withLock { state in
            if state.sleeper == nil { state.isRung = true }
            return state.sleeper.take()
        }
        sleeper?.resume()
    }

    /// Sleeps for a time, or less: until the alarm rings, or the task is cancelled.
    ///
    /// - Precondition: Nobody else sleeps by it.
    package func sleep(micros: Int64) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in begin(continuation, micros) }
        } onCancel: {
            ring()
        }
    }

    private func begin(_ continuation: CheckedContinuation<Void, Never>, _ micros: Int64) {
        let number: Int? = state.withLock { state in
            precondition(state.sleeper == nil, "an alarm wakes one task")
            if state.isRung {
                state.isRung = false
                return nil
            }
            state.sleeper = continuation
            state.sleeps += 1
            return state.sleeps
        }
        guard let number else { return continuation.resume() }
        DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(Int(clamping: micros))) { self.end(number) }
    }

    /// The time of a sleep is over.
    private func end(_ number: Int) {
        state.withLock { state in state.sleeps == number ? state.sleeper.take() : nil }?.resume()
    }
}
