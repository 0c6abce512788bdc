import GRDB
package import SluiceCore

extension Catalog {
    /// The consumer groups of a stream, or of all, by stream and name.
    package func groups(of stream: String? = nil) throws(SluiceError) -> [(stream: String, name: String)] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT stream, name FROM consumer_groups WHERE ?1 IS NULL OR stream = ?1 ORDER BY stream, name",
                arguments: [stream]
            )
            .map { (stream: $0["stream"], name: $0["name"]) }
        }
    }

    /// - Throws: `notFound` with the nearest name.
    package func group(_ stream: String, _ name: String) throws(SluiceError) -> StoredGroup {
        try read { db in try Self.storedGroup(try GroupTables.requireID(stream, name, db), db) }
    }

    /// Sets a group anew, or some of its shards; every touched lease becomes free under a new counter.
    ///
    /// - Throws: `notFound`; `alreadyRunning` while members beat, unless forced; `limitExceeded`.
    package func resetGroup(
        _ stream: String, _ name: String, _ reset: StoredGroupReset, force: Bool, limits: StoredGroup.Limits
    ) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in
            let id = try GroupTables.requireID(stream, name, db)
            if !force { try Self.requireIdle(stream, name, id, "reset", now, db) }
            try db.execute(sql: "UPDATE consumer_groups SET revision = revision + 1 WHERE id = ?", arguments: [id])
            switch reset {
            case .all(let start, let leases):
                try db.execute(sql: "UPDATE consumer_groups SET start = ? WHERE id = ?", arguments: [start, id])
                try db.execute(sql: "DELETE FROM group_leases WHERE group_id = ?", arguments: [id])
                try GroupTables.create(leases, limit: limits.leases, id, now, db)
            case .shards(let positions):
                for (shard, position) in positions.sorted(by: { $0.key < $1.key }) { try Self.reset(shard, id, to: position, now, db) }
            }
        }
    }

    /// - Throws: `notFound`; `alreadyRunning` while members beat, unless forced.
    package func deleteGroup(_ stream: String, _ name: String, force: Bool) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in
            let id = try GroupTables.requireID(stream, name, db)
            if !force { try Self.requireIdle(stream, name, id, "deleted", now, db) }
            try db.execute(sql: "DELETE FROM consumer_groups WHERE id = ?", arguments: [id])
        }
    }

    private static func reset(_ shard: String, _ group: Int64, to position: StoredPosition, _ now: Int64, _ db: GRDB.Database) throws {
        try GroupTables.give(shard, group, to: nil, now, db)
        guard db.changesCount == 1 else {
            throw SluiceError(.notFound, "the group has no lease for shard \(shard.quotedForMessage)")
        }
        try db.execute(
            sql: """
                UPDATE group_leases SET position = ?1, position_key = ?2, sub_sequence = ?3, start = ?1, start_sub_sequence = ?3,
                    pending = NULL, pending_sub_sequence = NULL, reached = NULL, owner_switches = 0
                WHERE group_id = ?4 AND shard = ?5
                """, arguments: [position.text, position.key, position.subSequence, group, shard])
    }

    private static func requireIdle(
        _ stream: String, _ name: String, _ group: Int64, _ verb: String, _ now: Int64, _ db: GRDB.Database
    ) throws {
        let active = try String.fetchAll(
            db,
            sql: """
                SELECT m.name FROM group_members m JOIN consumer_groups g ON g.id = m.group_id
                WHERE g.id = ? AND ? - m.beaten < g.failover_millis * 1000 ORDER BY m.name
                """, arguments: [group, now])
        guard active.isEmpty else {
            throw SluiceError(
                .alreadyRunning,
                "group \(stream)/\(name) cannot be \(verb) while it is read by \(active.prefix(5).joined(separator: ", "))",
                remedy: "stop its members, or force it: what they have in hand is then refused", isRetriable: true)
        }
    }

    static func storedGroup(_ id: Int64, _ db: GRDB.Database) throws -> StoredGroup {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM consumer_groups WHERE id = ?", arguments: [id]) else {
            throw SluiceError(.notFound, "the consumer group was deleted")
        }
        let members = try Row.fetchAll(db, sql: "SELECT * FROM group_members WHERE group_id = ? ORDER BY name", arguments: [id])
        let leases = try Row.fetchAll(db, sql: "SELECT * FROM group_leases WHERE group_id = ? ORDER BY shard", arguments: [id])
        return StoredGroup(
            stream: row["stream"], name: row["name"],
            settings: StoredGroup.Settings(
                start: row["start"], failoverMillis: row["failover_millis"], handoverMillis: row["handover_millis"]),
            revision: row["revision"], members: members.map(storedMember), leases: leases.map(storedLease))
    }

    private static func storedMember(_ row: Row) -> StoredMember {
        StoredMember(
            session: StoredMember.Session(name: row["name"], session: row["session"]), beat: row["beat"], beatenMicros: row["beaten"],
            joinedMicros: row["joined"])
    }

    private static func storedLease(_ row: Row) -> StoredLease {
        StoredLease(
            shard: row["shard"], owner: row["owner"], counter: row["counter"], position: row["position"], subSequence: row["sub_sequence"],
            start: row["start"], startSubSequence: row["start_sub_sequence"], pending: row["pending"],
            pendingSubSequence: row["pending_sub_sequence"], reachedMicros: row["reached"], ownerSwitches: row["owner_switches"],
            wantedBy: row["wanted_by"], parents: (row["parents"] as String).split(separator: " ").map(String.init),
            firstHash: row["first_hash"], lastHash: row["last_hash"])
    }
}
