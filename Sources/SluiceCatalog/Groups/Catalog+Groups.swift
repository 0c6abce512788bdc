import GRDB
package import SluiceCore

extension Catalog {
    /// Makes a member of a consumer group known, and the group where there is none. A member of the same name is replaced, and its leases stay
    /// with the name under new counters.
    ///
    /// - Throws: `limitExceeded`.
    package func joinGroup(
        _ stream: String, _ name: String, as member: StoredMember.Session, creating settings: StoredGroup.Settings,
        limits: StoredGroup.Limits
    ) throws(SluiceError) -> StoredGroup {
        let now = clock.nowMicros()
        return try write { db in
            let id = try GroupTables.id(stream, name, db) ?? Self.createGroup(stream, name, settings, limits, now, db)
            let others = "SELECT count(*) FROM group_members WHERE group_id = ? AND name <> ?"
            guard try Int.fetchOne(db, sql: others, arguments: [id, member.name]) ?? 0 < limits.members else {
                throw SluiceError(.limitExceeded, "a group has at most \(limits.members) members")
            }
            try db.execute(
                sql: "INSERT OR REPLACE INTO group_members VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [id, member.name, member.session, try GroupTables.nextCounter(db), now, now])
            try GroupTables.withdrawRequests(of: member.name, id, db)
            for lease in try GroupTables.owned(by: member.name, id, db) {
                try GroupTables.give(lease.shard, id, to: member.name, now, db)
            }
            return try Self.storedGroup(id, db)
        }
    }

    /// A sign of life of a member's current session.
    ///
    /// - Returns: The group, or nil if it was deleted.
    package func beatGroup(_ stream: String, _ name: String, as member: StoredMember.Session) throws(SluiceError) -> StoredGroup? {
        let now = clock.nowMicros()
        return try write { db in
            guard let id = try GroupTables.id(stream, name, db) else { return nil }
            try db.execute(
                sql: "UPDATE group_members SET beat = beat + 1, beaten = ? WHERE group_id = ? AND name = ? AND session = ?",
                arguments: [now, id, member.name, member.session])
            return try Self.storedGroup(id, db)
        }
    }

    /// Makes those of a member's changes whose conditions hold, in order; none if its session is not the current one.
    ///
    /// - Returns: The group afterwards, or nil if it was deleted.
    /// - Throws: `limitExceeded`.
    package func changeLeases(
        _ changes: [StoredLeaseChange], of stream: String, _ name: String, as member: StoredMember.Session, limits: StoredGroup.Limits
    ) throws(SluiceError) -> StoredGroup? {
        let now = clock.nowMicros()
        return try write { db in
            guard let id = try GroupTables.id(stream, name, db) else { return nil }
            if try GroupTables.isMember(member, id, db) {
                let change = LeaseTransaction(group: id, member: member.name, leaseLimit: limits.leases, now: now, db: db)
                for wanted in changes { try change.make(wanted) }
            }
            return try Self.storedGroup(id, db)
        }
    }

    /// Forgets a member, and gives its leases to those who asked for them; nothing if the session is not the current one.
    package func leaveGroup(_ stream: String, _ name: String, as member: StoredMember.Session) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in
            guard let id = try GroupTables.id(stream, name, db), try GroupTables.isMember(member, id, db) else { return }
            try GroupTables.remove(member: member.name, id, now, db)
        }
    }

    private static func createGroup(
        _ stream: String, _ name: String, _ settings: StoredGroup.Settings, _ limits: StoredGroup.Limits, _ now: Int64, _ db: GRDB.Database
    ) throws -> Int64 {
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM consumer_groups WHERE stream = ?", arguments: [stream]) ?? 0
        guard count < limits.groupsPerStream else {
            throw SluiceError(.limitExceeded, "a stream has at most \(limits.groupsPerStream) consumer groups")
        }
        try db.execute(
            sql: """
                INSERT INTO consumer_groups (stream, name, start, failover_millis, handover_millis, revision, created)
                VALUES (?, ?, ?, ?, ?, 0, ?)
                """, arguments: [stream, name, settings.start, settings.failoverMillis, settings.handoverMillis, now])
        return db.lastInsertedRowID
    }
}
