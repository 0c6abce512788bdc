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

/// A member of a group.
package struct StoredMember: Hashable, Sendable {
    /// One start of a member.
    package struct Session: Hashable, Sendable {
        package var name: String
        package var session: String

        package init(name: String, session: String) {
            self.name = name
            self.session = session
        }
    }

    package var session: Session
    /// Grows with each sign of life.
    package var beat: Int64
    /// Microseconds since 1970.
    package var beatenMicros: Int64
    package var joinedMicros: Int64
}

/// The right to read a shard for a group, and how far it was read.
package struct StoredLease: Hashable, Sendable {
    package var shard: String
    package var owner: String?
    /// Fencing counter: a new one with each change of owner, greater than any before.
    package var counter: Int64
    package var position: String
    package var subSequence: Int64?
    /// Where the lease began; nil once a record was checkpointed.
    package var start: String?
    package var startSubSequence: Int64?
    /// A position that its owner announced.
    package var pending: String?
    package var pendingSubSequence: Int64?
    /// When the checkpointed record arrived, in microseconds since 1970.
    package var reachedMicros: Int64?
    /// Changes of owner since the last checkpoint.
    package var ownerSwitches: Int
    /// The member that asked for the lease.
    package var wantedBy: String?
    package var parents: [String]
    /// Decimal bounds of the shard's hash range, both in it.
    package var firstHash: String
    package var lastHash: String
}

/// A lease to create.
package struct StoredNewLease: Hashable, Sendable {
    package var shard: String
    package var position: StoredPosition
    package var parents: [String]
    package var firstHash: String
    package var lastHash: String

    package init(shard: String, position: StoredPosition, parents: [String], firstHash: String, lastHash: String) {
        self.shard = shard
        self.position = position
        self.parents = parents
        self.firstHash = firstHash
        self.lastHash = lastHash
    }
}
