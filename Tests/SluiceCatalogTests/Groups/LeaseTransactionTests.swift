import GRDB
import SluiceCatalog
import SluiceCore
import Testing

@Suite("leases in the caller's transaction")
struct LeaseTransactionTests {
    private let home = TemporaryHome()
    private let limits = StoredGroup.Limits(groupsPerStream: 10, members: 10, leases: 10)

    private func session(_ name: String, _ session: String = "1") -> StoredMember.Session { .init(name: name, session: session) }

    private func join(_ catalog: Catalog, _ name: String) throws -> StoredGroup {
        try catalog.joinGroup(
            "orders", "billing", as: session(name), creating: .init(start: "TRIM_HORIZON", failoverMillis: 10_000, handoverMillis: 0),
            limits: limits)
    }

    /// A group with one lease, which a member has.
    private func lease(_ catalog: Catalog, _ name: String = "a") throws -> StoredLease {
        _ = try join(catalog, name)
        let new = StoredNewLease(
            shard: "s-0", position: StoredPosition(text: "TRIM_HORIZON", key: "0"), parents: [], firstHash: "0", lastHash: "9")
        _ = try catalog.changeLeases(
            [.restructure(revision: 0, vanished: [], removed: [], created: [new])], of: "orders", "billing", as: session(name),
            limits: limits)
        let free = try catalog.group("orders", "billing").leases[0]
        let taken = try catalog.changeLeases(
            [.take(shard: "s-0", counter: free.counter)], of: "orders", "billing", as: session(name), limits: limits)
        return try #require(taken?.leases.first)
    }

    private func checkpoint(_ lease: StoredLease, _ number: Int) -> StoredCheckpoint {
        StoredCheckpoint(
            stream: "orders", group: "billing", shard: lease.shard, owner: lease.owner ?? "", counter: lease.counter,
            position: StoredPosition(text: String(number), key: "1001\(number)2"))
    }

    @Test("a run's output and the checkpoint of what it read are committed together")
    func commit() throws {
        let catalog = try home.open()
        let lease = try lease(catalog)
        let run = try catalog.beginRun(pipeline: "p", definitionHash: "h")
        let table = OutputCommit.Table(try .sample(), mode: .append, files: [TableFile(path: "/data/1", rowCount: 3, byteCount: 30)])
        try catalog.commit(OutputCommit(tables: [table]), run: run, report: RunReport(), checkpoints: [checkpoint(lease, 5)])
        #expect(try catalog.findTable(TableName(parsing: "sales.orders"))?.rowCount == 3)
        #expect(try catalog.group("orders", "billing").leases[0].position == "5")
    }

    @Test("a run whose lease was taken commits nothing at all")
    func fenced() throws {
        let catalog = try home.open()
        let lost = try lease(catalog)
        let other = try home.open()
        let joined = try join(other, "b")
        let beat = try #require(joined.members.first { $0.session.name == "a" }).beat
        _ = try other.changeLeases([.expel(member: "a", beat: beat)], of: "orders", "billing", as: session("b"), limits: limits)
        let run = try catalog.beginRun(pipeline: "p", definitionHash: "h")
        let staged = try home.write("staging/1", "rows")
        var output = OutputCommit(renames: [.init(staged: staged, final: home.path + "/out/1")])
        output.tables = [
            OutputCommit.Table(try .sample(), mode: .append, files: [TableFile(path: home.path + "/out/1", rowCount: 3, byteCount: 30)])
        ]
        let bookmark = Bookmark(pipeline: "p", source: "s", position: [1])
        let error = #expect(throws: SluiceError.self) {
            try catalog.commit(output, run: run, report: RunReport(), bookmarks: [bookmark], checkpoints: [checkpoint(lost, 5)])
        }
        #expect(error?.code == .leaseLost)
        #expect(try catalog.tables().isEmpty && catalog.bookmarks().isEmpty && catalog.runs().map(\.state) == [.running])
        #expect(DiskFiles.kind(of: home.path + "/out/1") == nil && DiskFiles.kind(of: staged) == .file)
        #expect(try catalog.group("orders", "billing").leases[0].position == "TRIM_HORIZON")
    }

    @Test("a checkpoint is part of any transaction on the database, and rolled back with it")
    func anyTransaction() throws {
        let catalog = try home.open()
        let lease = try lease(catalog)
        let queue = try DatabaseQueue(path: Catalog.databasePath(home: home.path))
        try queue.write { db in try db.execute(sql: "CREATE TABLE totals (amount INTEGER)") }
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try queue.write { db in
                try db.execute(sql: "INSERT INTO totals VALUES (1)")
                try Catalog.checkpoint(checkpoint(lease, 4), nowMicros: 0, in: db)
                throw Stop()
            }
        }
        #expect(try catalog.group("orders", "billing").leases[0].position == "TRIM_HORIZON")
        try queue.write { db in
            try db.execute(sql: "INSERT INTO totals VALUES (1)")
            try Catalog.checkpoint(checkpoint(lease, 4), nowMicros: 0, in: db)
        }
        #expect(try catalog.group("orders", "billing").leases[0].position == "4")
        #expect(throws: SluiceError.self) {
            try queue.write { db in
                try db.execute(sql: "INSERT INTO totals VALUES (1)")
                try Catalog.checkpoint(checkpoint(lease, 3), nowMicros: 0, in: db)
            }
        }
        #expect(try queue.read { db in try Int.fetchOne(db, sql: "SELECT sum(amount) FROM totals") } == 1)
    }

    @Test("a state that an earlier version wrote gets the tables of groups")
    func migrates() throws {
        try home.open().close()
        let queue = try DatabaseQueue(path: Catalog.databasePath(home: home.path))
        try queue.write { db in
            for table in ["group_leases", "group_members", "consumer_groups", "group_counter"] {
                try db.execute(sql: "DROP TABLE \(table)")
            }
            try db.execute(sql: "DELETE FROM grdb_migrations WHERE identifier LIKE '2 %'")
        }
        try queue.close()
        let catalog = try home.open()
        #expect(try catalog.groups().isEmpty)
        #expect(try lease(catalog).owner == "a")
    }

    @Test("a deleted group takes its members and leases with it")
    func delete() throws {
        let catalog = try home.open()
        _ = try lease(catalog)
        try catalog.deleteGroup("orders", "billing", force: true)
        let queue = try DatabaseQueue(path: Catalog.databasePath(home: home.path))
        let counts = try queue.read { db in
            try ["group_leases", "group_members", "consumer_groups"].map { try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") }
        }
        #expect(counts == [0, 0, 0])
    }
}
