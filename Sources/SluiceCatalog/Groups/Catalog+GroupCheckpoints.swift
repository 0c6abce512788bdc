package import GRDB
package import SluiceCore

extension Catalog {
    /// Records how far leases were read, all or none.
    ///
    /// - Throws: `leaseLost`, which says who has the lease; `invalidArgument` for a position behind the recorded one.
    package func checkpointLeases(_ checkpoints: [StoredCheckpoint]) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in
            for checkpoint in checkpoints { try Self.checkpoint(checkpoint, nowMicros: now, in: db) }
        }
    }

    /// Records how far a lease was read within the transaction of the caller, which must not commit if this throws: so a checkpoint and what
    /// was made of the records stand or fall together.
    ///
    /// - Throws: `leaseLost`, `invalidArgument`, and what SQLite throws.
    package static func checkpoint(_ checkpoint: StoredCheckpoint, nowMicros now: Int64, in db: GRDB.Database) throws {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT l.group_id, l.owner, l.counter, l.position, l.position_key
                FROM consumer_groups g JOIN group_leases l ON l.group_id = g.id WHERE g.stream = ? AND g.name = ? AND l.shard = ?
                """, arguments: [checkpoint.stream, checkpoint.group, checkpoint.shard])
        guard let row, row["owner"] as String? == checkpoint.owner, row["counter"] as Int64 == checkpoint.counter else {
            throw lost(checkpoint, row)
        }
        guard checkpoint.position.key >= (row["position_key"] as String) else {
            throw SluiceError(
                .invalidArgument,
                "checkpoint \(checkpoint.position.text) of shard \(checkpoint.shard.quotedForMessage) is behind the recorded \(row["position"] as String)",
                remedy: "reset the group to read records again")
        }
        let group: Int64 = row["group_id"]
        if checkpoint.isPending { return try announce(checkpoint, group, now, db) }
        // The end of a shard keeps where the lease began, from which its children's begin.
        let isEnd = checkpoint.position.text == StoredPosition.shardEnd.text
        try db.execute(
            sql: """
                UPDATE group_leases SET position = ?1, position_key = ?2, sub_sequence = ?3, pending = NULL, pending_sub_sequence = NULL,
                    start = iif(?4, start, NULL), start_sub_sequence = iif(?4, start_sub_sequence, NULL), reached = coalesce(?5, reached),
                    owner_switches = 0, updated = ?6
                WHERE group_id = ?7 AND shard = ?8
                """,
            arguments: [
                checkpoint.position.text, checkpoint.position.key, checkpoint.position.subSequence, isEnd, checkpoint.recordMicros, now,
                group, checkpoint.shard,
            ])
        if isEnd { try GroupTables.finish(checkpoint.shard, group, now, db) }
    }

    private static func announce(_ checkpoint: StoredCheckpoint, _ group: Int64, _ now: Int64, _ db: GRDB.Database) throws {
        try db.execute(
            sql: "UPDATE group_leases SET pending = ?, pending_sub_sequence = ?, updated = ? WHERE group_id = ? AND shard = ?",
            arguments: [checkpoint.position.text, checkpoint.position.subSequence, now, group, checkpoint.shard])
    }

    private static func lost(_ checkpoint: StoredCheckpoint, _ row: Row?) -> SluiceError {
        var now = "the lease was removed"
        if let row {
            let owner: String? = row["owner"]
            now = (owner.map { "\($0.quotedForMessage) has it" } ?? "nobody has it") + ", counter \(row["counter"] as Int64)"
        }
        return SluiceError(
            .leaseLost,
            "\(checkpoint.owner.quotedForMessage) lost shard \(checkpoint.shard.quotedForMessage) of group \(checkpoint.stream)/\(checkpoint.group), which it had with counter \(checkpoint.counter): \(now)",
            remedy: "drop what was read since the last checkpoint; the new owner reads it again")
    }
}
