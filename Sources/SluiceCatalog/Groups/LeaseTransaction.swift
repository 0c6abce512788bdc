import GRDB
import SluiceCore

/// Changes that one member makes within one transaction.
struct LeaseTransaction {
    let group: Int64
    let member: String
    let leaseLimit: Int
    let now: Int64
    let db: GRDB.Database

    /// Makes a change if its condition holds.
    func make(_ change: StoredLeaseChange) throws {
        switch change {
        case .expel(let name, let beat):
            if try beatOf(name) == beat { try GroupTables.remove(member: name, group, now, db) }
        case .take(let shard, let counter):
            if let lease = try lease(shard, counter), lease.owner == nil { try GroupTables.give(shard, group, to: member, now, db) }
        case .request(let shard, let counter):
            guard let lease = try lease(shard, counter), let owner = lease.owner, owner != member, lease.wantedBy == nil else { return }
            try db.execute(
                sql: "UPDATE group_leases SET wanted_by = ?, updated = ? WHERE group_id = ? AND shard = ?",
                arguments: [member, now, group, shard])
        case .force(let shard, let counter):
            if try lease(shard, counter)?.wantedBy == member { try GroupTables.give(shard, group, to: member, now, db) }
        case .release(let shard, let counter):
            guard let lease = try lease(shard, counter), lease.owner == member else { return }
            try GroupTables.give(shard, group, to: lease.wantedBy, now, db)
        case .restructure(let revision, let vanished, let removed, let created):
            try restructure(revision, vanished, removed, created)
        }
    }

    private func beatOf(_ name: String) throws -> Int64? {
        try Int64.fetchOne(db, sql: "SELECT beat FROM group_members WHERE group_id = ? AND name = ?", arguments: [group, name])
    }

    /// Who has an unfinished lease, and who wants it; nil unless it has this counter.
    private func lease(_ shard: String, _ counter: Int64) throws -> (owner: String?, wantedBy: String?)? {
        try Row.fetchOne(
            db, sql: "SELECT owner, wanted_by FROM group_leases WHERE group_id = ? AND shard = ? AND counter = ? AND position <> ?",
            arguments: [group, shard, counter, StoredPosition.shardEnd.text]
        )
        .map { (owner: $0["owner"], wantedBy: $0["wanted_by"]) }
    }

    private func restructure(_ revision: Int64, _ vanished: [String], _ removed: [String], _ created: [StoredNewLease]) throws {
        try db.execute(
            sql: "UPDATE consumer_groups SET revision = revision + 1 WHERE id = ? AND revision = ?", arguments: [group, revision])
        guard db.changesCount == 1 else { return }
        for shard in vanished { try GroupTables.finish(shard, group, now, db) }
        for shard in removed {
            try db.execute(sql: "DELETE FROM group_leases WHERE group_id = ? AND shard = ?", arguments: [group, shard])
        }
        try GroupTables.create(created, limit: leaseLimit, group, now, db)
    }
}
