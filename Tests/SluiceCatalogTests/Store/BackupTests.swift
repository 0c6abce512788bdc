import GRDB
import SluiceCore
import Testing

@testable import SluiceCatalog

@Suite("backups and checks of the database")
struct BackupTests {
    let home = TemporaryHome()
    private var backup: String { home.path + "/copies/backup.sqlite" }

    private func filled() throws -> Catalog {
        try DiskFiles.createDirectories(home.path + "/copies")
        let catalog = try home.open()
        try catalog.putTable(.sample())
        return catalog
    }

    @Test("a backup has everything of one moment, in one file, and a restore brings it back")
    func roundTrip() throws {
        let catalog = try filled()
        let summary = try catalog.backUp(to: backup)
        #expect(summary.tables == 1 && summary.databases == 1 && summary.byteCount == DiskFiles.byteCount(of: backup))
        #expect(try DiskFiles.list(home.path + "/copies") == ["backup.sqlite"])
        try catalog.putTable(.sample("sales.later"))
        let other = try home.open()
        let restored = try catalog.restore(from: backup)
        #expect(restored.summary.tables == 1)
        #expect(try catalog.tables().map(\.name.table) == ["orders"])
        // Who had it open sees the same, and both can go on.
        #expect(try other.tables().map(\.name.table) == ["orders"])
        try other.putTable(.sample("sales.third"))
        #expect(try catalog.search(try SearchQuery(parsing: "third"), limit: 1).hits.count == 1)
        // What was there before is kept.
        _ = try catalog.restore(from: restored.former)
        #expect(try other.tables().map(\.name.table) == ["later", "orders"])
    }

    @Test("a backup is made while others write, and is whole")
    func whileWriting() async throws {
        let catalog = try filled()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let writer = try home.open()
                for number in 0..<60 { try writer.putTable(.sample("w.t\(number)")) }
            }
            group.addTask {
                for number in 0..<5 {
                    let summary = try catalog.backUp(to: "\(backup)-\(number)")
                    #expect(summary.tables >= 1)
                }
            }
            try await group.waitForAll()
        }
        _ = try catalog.restore(from: backup + "-4")
        #expect(try catalog.integrityProblems().isEmpty)
    }

    @Test("a file that is there is not replaced unasked")
    func existing() throws {
        let catalog = try filled()
        _ = try catalog.backUp(to: backup)
        #expect(#expect(throws: SluiceError.self) { try catalog.backUp(to: backup) }?.code == .alreadyExists)
        try catalog.putTable(.sample("sales.later"))
        #expect(try catalog.backUp(to: backup, replacing: true).tables == 2)
        #expect(try catalog.backUp(to: home.path + "/no/such/place").tables == 2, "folders are made")
        let unusable = #expect(throws: SluiceError.self) { try catalog.backUp(to: backup + "/place") }
        #expect(unusable != nil, "a file is no folder")
    }

    @Test("a restore waits for no run: it is refused, naming the process")
    func refused() throws {
        let catalog = try filled()
        _ = try catalog.backUp(to: backup)
        let run = try catalog.beginRun(pipeline: "nightly", definitionHash: "h")
        let error = #expect(throws: SluiceError.self) { try catalog.restore(from: backup) }
        #expect(error?.code == .alreadyRunning && error?.message.contains("nightly") == true)
        try catalog.failRun(run, SluiceError(.interrupted, "stopped"), report: RunReport())
        #expect(try catalog.restore(from: backup).summary.tables == 1)
    }

    @Test("what is no backup changes nothing")
    func noBackup() throws {
        let catalog = try filled()
        #expect(#expect(throws: SluiceError.self) { try catalog.restore(from: backup) }?.code == .fileNotFound)
        let text = try home.write("copies/text", String(repeating: "no database ", count: 400))
        #expect(#expect(throws: SluiceError.self) { try catalog.restore(from: text) }?.code == .stateCorrupt)
        let foreign = home.path + "/copies/foreign"
        let queue = try DatabaseQueue(path: foreign)
        try queue.write { db in try db.execute(sql: "CREATE TABLE t (a)") }
        try queue.close()
        #expect(#expect(throws: SluiceError.self) { try catalog.restore(from: foreign) }?.code == .invalidArgument)
        _ = try catalog.backUp(to: backup)
        let newer = try DatabaseQueue(path: backup)
        try newer.write { db in try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 wonders')") }
        try newer.close()
        #expect(#expect(throws: SluiceError.self) { try catalog.restore(from: backup) }?.code == .stateTooNew)
        #expect(try catalog.tables().count == 1)
        #expect(try DiskFiles.list(home.path).filter { $0.contains("restore") }.isEmpty)
    }

    @Test("a backup of an earlier version is brought forward on its way")
    func earlier() throws {
        let catalog = try filled()
        let old = try DatabaseQueue(path: backup)
        try Migrations.apply(first: 3, to: old)
        try old.write { db in try db.execute(sql: "INSERT INTO databases VALUES (1, 'ancient', '', NULL, '{}', 1, 1)") }
        try old.close()
        _ = try catalog.restore(from: backup)
        #expect(try catalog.databases().map(\.name) == ["ancient"])
        try catalog.putTable(.sample("ancient.t"))
        #expect(try home.open().tables().count == 1)
    }

    @Test("damage is found: rows without what they belong to, lost versions, a search that knows too little, torn pages")
    func damage() throws {
        let catalog = try filled()
        #expect(try catalog.integrityProblems().isEmpty)
        let queue = try DatabaseQueue(path: Catalog.databasePath(home: home.path))
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.execute(
                sql: """
                    INSERT INTO partitions (table_id, partition_values, location, file_count, row_count, byte_count, created, updated)
                    VALUES (99, 'x', '', 0, 0, 0, 0, 0)
                    """)
        }
        #expect(try catalog.integrityProblems() == ["a row of partitions belongs to a row of tables that is not there"])
        try queue.write { db in try db.execute(sql: "DELETE FROM partitions; DELETE FROM table_search;") }
        #expect(try catalog.integrityProblems().contains("the search knows 1 tables too few"))
        try catalog.rebuildSearch()
        #expect(try catalog.integrityProblems().isEmpty)
        try queue.write { db in try db.execute(sql: "DELETE FROM table_versions") }
        #expect(try catalog.integrityProblems() == ["table sales.orders has lost its current version"])
    }
}
