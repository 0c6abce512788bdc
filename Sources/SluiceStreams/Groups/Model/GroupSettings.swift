package import SluiceCore

/// What all members of a group agree on; set when the group is created.
package struct GroupSettings: Hashable, Sendable {
    /// Where the group begins in shards that it has not read.
    package var start: GroupPosition
    /// How long a member may be silent before others take its leases, in milliseconds.
    package let failoverMillis: Int
    /// How long a graceful hand-over may take before it is forced, in milliseconds; 0 forces at once.
    package let handoverMillis: Int

    /// - Throws: `invalidOption` for a time out of bounds, or a start that is no start.
    package init(
        start: GroupPosition = .trimHorizon, failoverMillis: Int = GroupLimits.defaultFailoverMillis,
        handoverMillis: Int = GroupLimits.defaultHandoverMillis
    ) throws(SluiceError) {
        guard start.isStart else {
            throw SluiceError(
                .invalidOption, "a group cannot begin at \(start.text.quotedForMessage) in every shard",
                remedy: "begin at TRIM_HORIZON, LATEST or a time, and reset single shards to sequence numbers")
        }
        try Self.check(failoverMillis, GroupLimits.failoverMillis, "fail-over")
        try Self.check(handoverMillis, GroupLimits.handoverMillis, "hand-over")
        self.start = start
        self.failoverMillis = failoverMillis
        self.handoverMillis = handoverMillis
    }

    package var failover: Duration { .milliseconds(failoverMillis) }
    package var handover: Duration { .milliseconds(handoverMillis) }
    /// Time between two beats of a member.
    package var beatInterval: Duration { failover / GroupLimits.beatsPerFailover }

    private static func check(_ millis: Int, _ bounds: ClosedRange<Int>, _ noun: String) throws(SluiceError) {
        guard bounds.contains(millis) else {
            throw SluiceError(
                .invalidOption, "the \(noun) time of a group cannot be \(millis) ms",
                remedy: "use \(bounds.lowerBound) to \(bounds.upperBound) ms")
        }
    }
}
