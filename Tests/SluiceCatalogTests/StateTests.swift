import GRDB
import SluiceCatalog
import SluiceCore
import Testing

@Suite("the state file")
struct StateTests {
    let home = TemporaryHome()
    private var file: String { Catalog.databasePath(home: home.path) }

    @Test("a state that a later version changed is refused, says which version wrote it, and stays as it is")
    func tooNew() throws {
        try home.open().close()
        let queue = try DatabaseQueue(path: file)
        try queue.write { db in
            try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 wonders')")
            try db.execute(sql: "UPDATE facts SET value = '7.8.9' WHERE name = 'written_by'")
        }
        try queue.close()
        let error = #expect(throws: SluiceError.self) { try home.open() }
        #expect(error?.code == .stateTooNew)
        #expect(error?.message.contains("7.8.9") == true && error?.message.contains("99 wonders") == true)
        #expect(error?.remedy != nil)
    }

    @Test(
        "a file that is no database is refused and kept",
        arguments: ["this is not SQLite, but long enough to be looked at", "SQLite format 3\u{0}junk"])
    func notSQLite(_ content: String) throws {
        let text = content + String(repeating: "x", count: 4_096)
        try DiskFiles.writeAtomically(text.utf8, to: file)
        let error = #expect(throws: SluiceError.self) { try home.open() }
        #expect(error?.code == .stateCorrupt)
        #expect(try DiskFiles.read(file) == Array(text.utf8))
    }

    @Test("a home that cannot be made is named")
    func unusableHome() throws {
        let blocker = try home.write("file", "")
        let error = #expect(throws: SluiceError.self) { try Catalog(home: blocker + "/home") }
        #expect(error?.message.contains(blocker) == true)
    }

    @Test("two handles see each other's changes")
    func twoHandles() throws {
        let first = try home.open()
        let second = try home.open()
        try first.putTable(.sample())
        #expect(try second.tables().count == 1)
        try second.dropTable(try TableName(parsing: "sales.orders"))
        #expect(try first.tables().isEmpty)
    }

    @Test("many tasks may open a fresh home at once", arguments: 0..<3)
    func openTogether(_ round: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask { try home.open().putTable(.sample("d.t\(task)")) }
            }
            try await group.waitForAll()
        }
        #expect(try home.open().tables().count == 4)
    }

    @Test("commits survive a power cut: the journal is a write-ahead log and each commit is synced")
    func journal() throws {
        try home.open().close()
        let queue = try DatabaseQueue(path: file)
        #expect(try queue.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }
}
