/// A consumer group as the catalog holds it, with members by name and leases by shard.
package struct StoredGroup: Hashable, Sendable {
    /// What the group was created with.
    package struct Settings: Hashable, Sendable {
        /// Where it begins in shards that it has not read.
        package var start: String
        package var failoverMillis: Int
        package var handoverMillis: Int

        package init(start: String, failoverMillis: Int, handoverMillis: Int) {
            self.start = start
            self.failoverMillis = failoverMillis
            self.handoverMillis = handoverMillis
        }
    }

    /// How many of each a caller allows.
    package struct Limits: Hashable, Sendable {
        package var groupsPerStream: Int
        package var members: Int
        package var leases: Int

        package init(groupsPerStream: Int, members: Int, leases: Int) {
            self.groupsPerStream = groupsPerStream
            self.members = members
            self.leases = leases
        }
    }

    package var stream: String
    package var name: String
    package var settings: Settings
    /// Grows when leases are created, removed or reset.
    package var revision: Int64
    package var members: [StoredMember]
    package var leases: [StoredLease]
}
