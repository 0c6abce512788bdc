/// How a run goes through what is new.
package struct FollowOptions: Sendable {
    /// Whether the run waits for more when it has read everything.
    package var follows: Bool
    /// The least time from the begin of an epoch to that of the next; a run that has more to read does not wait.
    package var interval: Duration
    /// Stored bytes of one epoch, roughly.
    package var epochBytes: Int64
    /// How long to wait before looking again where there was nothing.
    package var pollInterval: Duration

    package init(
        follows: Bool, interval: Duration = .seconds(1), epochBytes: Int64 = 64 << 20, pollInterval: Duration = .milliseconds(50)
    ) {
        self.follows = follows
        self.interval = interval
        self.epochBytes = epochBytes
        self.pollInterval = pollInterval
    }
}
