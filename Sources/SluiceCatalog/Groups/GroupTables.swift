import GRDB
import SluiceCore

/// The tables of consumer groups, and what several operations share.
enum GroupTables {
    /// Positions are text with a key that sorts as they do; times are microseconds since 1970; hashes are decimal; parents are separated by
    /// spaces.
    static let schema = """
        CREATE TABLE consumer_groups (
            id INTEGER PRIMARY KEY, stream TEXT NOT NULL, name TEXT NOT NULL, start TEXT NOT NULL, failover_millis INTEGER NOT NULL,
            handover_millis INTEGER NOT NULL, revision INTEGER NOT NULL, created INTEGER NOT NULL, UNIQUE (stream, name));

        CREATE TABLE group_members (
            group_id INTEGER NOT NULL REFERENCES consumer_groups(id) ON DELETE CASCADE, name TEXT NOT NULL, session TEXT NOT NULL,
            beat INTEGER NOT NULL, beaten INTEGER NOT NULL, joined INTEGER NOT NULL, PRIMARY KEY (group_id, name)) WITHOUT ROWID;

        CREATE TABLE group_leases (
            group_id INTEGER NOT NULL REFERENCES consumer_groups(id) ON DELETE CASCADE, shard TEXT NOT NULL, owner TEXT,
            counter INTEGER NOT NULL, position TEXT NOT NULL, position_key TEXT NOT NULL, sub_sequence INTEGER, start TEXT,
            start_sub_sequence INTEGER, pending TEXT, pending_sub_sequence INTEGER, reached INTEGER,
            owner_switches INTEGER NOT NULL DEFAULT 0, wanted_by TEXT, parents TEXT NOT NULL, first_hash TEXT NOT NULL,
            last_hash TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
            PRIMARY KEY (group_id, shard)) WITHOUT ROWID;

        -- The last fencing counter that was given: never given twice, not even to a group that was deleted and made again.
        CREATE TABLE group_counter (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL);
        INSERT INTO group_counter VALUES (1, 0);
        """

    static func id(_ stream: String, _ name: String, _ db: GRDB.Database) throws -> Int64? {
        try Int64.fetchOne(db, sql: "SELECT id FROM consumer_groups WHERE stream = ? AND name = ?", arguments: [stream, name])
    }

    /// - Throws: `notFound` with the nearest name.
    static func requireID(_ stream: String, _ name: String, _ db: GRDB.Database) throws -> Int64 {
        if let id = try id(stream, name, db) { return id }
        let names = try String.fetchAll(db, sql: "SELECT name FROM consumer_groups WHERE stream = ? ORDER BY name", arguments: [stream])
        throw SluiceError(
            .notFound, "there is no consumer group \(stream)/\(name)", remedy: Suggestion.remedy(for: name, in: names, noun: "groups"))
    }

    static func nextCounter(_ db: GRDB.Database) throws -> Int64 {
        try db.execute(sql: "UPDATE group_counter SET last = last + 1")
        return try Int64.fetchOne(db, sql: "SELECT last FROM group_counter") ?? 0
    }

    static func isMember(_ member: StoredMember.Session, _ group: Int64, _ db: GRDB.Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM group_members WHERE group_id = ? AND name = ? AND session = ?)",
            arguments: [group, member.name, member.session]) ?? false
    }

    /// Gives a lease to somebody, or frees it: under a new counter.
    static func give(_ shard: String, _ group: Int64, to owner: String?, _ now: Int64, _ db: GRDB.Database) throws {
        try db.execute(
            sql: """
                UPDATE group_leases SET
                    owner_switches = owner_switches + (?1 IS NOT NULL AND ?1 IS NOT owner),
                    owner = ?1, counter = ?2, wanted_by = NULL, updated = ?3
                WHERE group_id = ?4 AND shard = ?5
                """, arguments: [owner, try nextCounter(db), now, group, shard])
    }

    /// The shards of a member and who asked for each.
    static func owned(by name: String, _ group: Int64, _ db: GRDB.Database) throws -> [(shard: String, wantedBy: String?)] {
        try Row.fetchAll(
            db, sql: "SELECT shard, wanted_by FROM group_leases WHERE group_id = ? AND owner = ? ORDER BY shard", arguments: [group, name]
        )
        .map { (shard: $0["shard"], wantedBy: $0["wanted_by"]) }
    }

    static func withdrawRequests(of name: String, _ group: Int64, _ db: GRDB.Database) throws {
        try db.execute(sql: "UPDATE group_leases SET wanted_by = NULL WHERE group_id = ? AND wanted_by = ?", arguments: [group, name])
    }

    /// Forgets a member, and gives its leases to those who asked for them.
    static func remove(member name: String, _ group: Int64, _ now: Int64, _ db: GRDB.Database) throws {
        try db.execute(sql: "DELETE FROM group_members WHERE group_id = ? AND name = ?", arguments: [group, name])
        try withdrawRequests(of: name, group, db)
        for lease in try owned(by: name, group, db) { try give(lease.shard, group, to: lease.wantedBy, now, db) }
    }

    /// The lease has nothing left to read.
    static func finish(_ shard: String, _ group: Int64, _ now: Int64, _ db: GRDB.Database) throws {
        try give(shard, group, to: nil, now, db)
        try db.execute(
            sql: """
                UPDATE group_leases SET position = ?, position_key = ?, sub_sequence = NULL, pending = NULL, pending_sub_sequence = NULL
                WHERE group_id = ? AND shard = ?
                """, arguments: [StoredPosition.shardEnd.text, StoredPosition.shardEnd.key, group, shard])
    }

    /// - Throws: `limitExceeded`.
    static func create(_ leases: [StoredNewLease], limit: Int, _ group: Int64, _ now: Int64, _ db: GRDB.Database) throws {
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM group_leases WHERE group_id = ?", arguments: [group]) ?? 0
        guard count + leases.count <= limit else { throw SluiceError(.limitExceeded, "a group has at most \(limit) leases") }
        for lease in leases {
            try db.execute(
                sql: """
                    INSERT INTO group_leases (group_id, shard, counter, position, position_key, sub_sequence, start, start_sub_sequence,
                        parents, first_hash, last_hash, created, updated)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?4, ?6, ?7, ?8, ?9, ?10, ?10)
                    """,
                arguments: [
                    group, lease.shard, try nextCounter(db), lease.position.text, lease.position.key, lease.position.subSequence,
                    lease.parents.joined(separator: " "), lease.firstHash, lease.lastHash, now,
                ])
        }
    }
}
