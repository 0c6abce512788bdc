/// Bounds of consumer groups.
package enum GroupLimits {
    /// Characters of a group's name, of `[a-zA-Z0-9_.-]`; as many as a stream's has.
    package static let nameCharacters = 128
    /// Characters of a member's name, of `[a-zA-Z0-9_.:@/-]`: a host, a process and a number fit.
    package static let memberCharacters = 256
    /// Members of one group at a time. Each tick of each member reads the rows of all.
    package static let members = 256
    /// Lease rows of one group: open shards, and closed ones that are not read to their end.
    package static let leases = 16_384
    /// Groups of one stream.
    package static let groupsPerStream = 1_024
    /// How long a member may be silent before others take its leases, in milliseconds (KCL: `failoverTimeMillis`, 10,000 by default).
    package static let failoverMillis = 500...3_600_000
    package static let defaultFailoverMillis = 10_000
    /// How long a graceful hand-over may take before it is forced, in milliseconds (KCL 3: 30,000 by default).
    package static let handoverMillis = 0...3_600_000
    package static let defaultHandoverMillis = 30_000
    /// A member beats this often within the fail-over time, so that two beats may fail.
    package static let beatsPerFailover = 3
    /// Leases that a member asks of others in one tick unless told otherwise.
    package static let defaultStealsPerTick = 10
    /// Times that a member looks at the result of its changes and plans anew within one tick; the next tick goes on.
    package static let roundsPerTick = 6
    /// How often a member asks for the list of shards when nothing calls for it, in milliseconds.
    package static let shardRefreshMillis = 10_000
    /// Pages of records that a reader of shards keeps in memory at a time; each has at most `StreamLimits.getBytes`, or one longer record.
    package static let pagesInHand = 4
    /// How long a reader waits before it subscribes again to a shard whose subscription ended.
    package static let resubscribeMillis = 100
}
