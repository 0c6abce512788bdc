package import SluiceCore

/// The passing of time as requests feel it; tests give their own, so that nothing waits.
package struct Pacing: Sendable {
    /// Since an arbitrary moment; never steps back.
    package let now: @Sendable () -> Duration
    /// - Throws: `CancellationError`.
    package let sleep: @Sendable (Duration) async throws -> Void
    /// The clock on the wall, for times that services write as dates.
    package let wall: WallClock
    /// From 0 to 1.
    package let random: @Sendable () -> Double

    package init<Time: Clock>(
        _ clock: Time, wall: WallClock = .system, random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) where Time.Duration == Duration {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(for: $0) }
        self.wall = wall
        self.random = random
    }

    package static let system = Pacing(ContinuousClock())
}
