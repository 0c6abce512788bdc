import Synchronization

/// A clock that is told to sleep and does not: it goes on by that time, and keeps how long it was told.
package final class PatientClock: Clock {
    /// How long after the beginning.
    package struct Instant: InstantProtocol {
        package var offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private let slept = Mutex<[Duration]>([])

    package init() {}

    /// All sleeps, in order.
    package var pauses: [Duration] { slept.withLock { $0 } }
    package var now: Instant { Instant(offset: pauses.reduce(.zero, +)) }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let pause = now.duration(to: deadline)
        slept.withLock { $0.append(pause) }
    }
}
