/// How often a call is made, and how long it waits before it is made again: exponentially longer, and a random part of that ("full jitter").
///
/// Source: AWS' Architecture Blog, "Exponential Backoff And Jitter".
package struct RetryPolicy: Hashable, Sendable {
    /// Calls at most, the first one counted.
    package var attempts = 8
    /// The longest first pause after a failure, and after a refusal because of too many calls.
    package var basePause = Duration.milliseconds(50)
    package var throttledPause = Duration.milliseconds(500)
    /// No pause is longer.
    package var longestPause = Duration.seconds(20)

    package init() {}

    /// The pause behind an attempt, counted from 1.
    ///
    /// - Parameter random: From 0 to 1.
    package func pause(behind attempt: Int, isThrottled: Bool, random: Double) -> Duration {
        let base = isThrottled ? throttledPause : basePause
        let doubled = base * (1 << min(attempt - 1, 30))
        return min(doubled, longestPause) * random
    }
}

/// Waits between attempts; the clock and the random numbers are given, so that tests do not wait.
package struct RetryPacer: Sendable {
    package let policy: RetryPolicy
    private let clock: any Clock<Duration>
    private let random: @Sendable () -> Double

    package init(
        _ policy: RetryPolicy = RetryPolicy(), clock: any Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.policy = policy
        self.clock = clock
        self.random = random
    }

    /// Sleeps behind an attempt, counted from 1.
    ///
    /// - Throws: `CancellationError`.
    package func pause(behind attempt: Int, isThrottled: Bool) async throws {
        try await clock.sleep(for: policy.pause(behind: attempt, isThrottled: isThrottled, random: random()))
    }

    /// Sleeps for a time that does not depend on failures.
    ///
    /// - Throws: `CancellationError`.
    package func sleep(for duration: Duration) async throws { try await clock.sleep(for: duration) }
}
