/// A group at one moment, as its store holds it.
package struct GroupSnapshot: Hashable, Sendable {
    /// A member that joined and did not leave; whether it lives shows by its beats.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var session: String
        /// Grows with each sign of life.
        package var beat: Int64
        /// When it last beat, in microseconds since 1970 on its own clock.
        package var beatenMicros: Int64
        package var joinedMicros: Int64

        package init(name: String, session: String, beat: Int64, beatenMicros: Int64, joinedMicros: Int64) {
            self.name = name
            self.session = session
            self.beat = beat
            self.beatenMicros = beatenMicros
            self.joinedMicros = joinedMicros
        }
    }

    package var settings: GroupSettings
    /// Grows when leases are created, removed or reset.
    package var revision: Int64
    /// By name.
    package var members: [Member]
    /// By shard.
    package var leases: [GroupLease]

    package init(settings: GroupSettings, revision: Int64, members: [Member], leases: [GroupLease]) {
        self.settings = settings
        self.revision = revision
        self.members = members
        self.leases = leases
    }

    package func lease(_ shard: String) -> GroupLease? { leases.first { $0.shard == shard } }

    package func member(_ name: String) -> Member? { members.first { $0.name == name } }

    /// Members that beat within the fail-over time, by the clock on the wall; good enough for people and commands, while members themselves
    /// judge by their own clocks.
    package func activeMembers(nowMicros: Int64) -> [Member] {
        members.filter { nowMicros - $0.beatenMicros < Int64(settings.failoverMillis) * 1_000 }
    }
}
