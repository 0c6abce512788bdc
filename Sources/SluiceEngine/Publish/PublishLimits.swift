/// How long publications wait for a stream that cannot be written for the moment.
package enum PublishLimits {
    /// Of a run that has an end.
    package static let patience = Duration.seconds(5)
    /// Between two attempts: at first, doubled after each, and at most.
    static let delays = Duration.milliseconds(20)...Duration.seconds(2)
    /// What is waited for longer than this is told.
    static let silence = Duration.milliseconds(500)
}

/// The pauses between attempts, each twice as long as the one before.
package struct RetryDelay: Sendable {
    private var following = PublishLimits.delays.lowerBound

    /// Begins with the shortest pause.
    package init() {}

    /// How long to wait before the next attempt.
    package mutating func next() -> Duration {
        defer { following = min(following * 2, PublishLimits.delays.upperBound) }
        return following
    }
}
