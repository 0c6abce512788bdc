import NIOCore
import NIOPosix

/// The machine's time, with sleeps that end on threads of their own: they do so too while all threads that tasks share wait for a call.
package struct EventLoopClock: Clock {
    package typealias Instant = ContinuousClock.Instant

    package init() {}

    package var now: Instant { ContinuousClock.now }
    package var minimumResolution: Duration { ContinuousClock().minimumResolution }

    /// - Throws: `CancellationError`.
    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let pause = Int64(min(max(.zero, now.duration(to: deadline)), .seconds(AWSLimits.longestSleepSeconds)) / .nanoseconds(1))
        let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: .nanoseconds(pause)) {}
        do {
            try await withTaskCancellationHandler {
                try await timer.futureResult.get()
            } onCancel: {
                timer.cancel()
            }
        } catch {
            throw CancellationError()
        }
    }
}
