import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceSQLite

@Suite("connections to SQLite")
struct SQLiteConnectionTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func make(_ sql: String, _ file: String = "a.db") throws -> SQLiteConnection {
        let connection = try SQLiteConnection(directory.path(file), .create)
        try connection.execute(sql)
        return connection
    }

    private func failure(_ body: () throws -> Void) -> SluiceError? {
        do {
            try body()
            return nil
        } catch {
            return error as? SluiceError
        }
    }

    @Test("values of every class come back as they were bound, empty ones and zero bytes among them")
    func values() throws {
        let connection = try make("CREATE TABLE t (v)")
        let values: [SQLiteValue] = [
            .null, .integer(.min), .integer(.max), .real(-0.1), .real(.infinity), .text(""), .text("ü\0x"), .blob([]), .blob([0, 255]),
        ]
        let insert = try connection.prepare("INSERT INTO t VALUES (?)")
        for value in values {
            try insert.bind(value, at: 0)
            try insert.run()
        }
        let select = try connection.prepare("SELECT v FROM t ORDER BY rowid")
        var found: [SQLiteValue] = []
        while try select.step() { found.append(select.value(0)) }
        #expect(found == values)
        #expect(try connection.integer("SELECT count(*) FROM t WHERE v = ?", [.integer(.max)]) == 1)
    }

    @Test("what throws in a transaction undoes it")
    func transaction() throws {
        let connection = try make("CREATE TABLE t (v)")
        let error = failure {
            try connection.writing { () throws(SluiceError) in
                try connection.execute("INSERT INTO t VALUES (1)")
                throw SluiceError(.interrupted, "stop")
            }
        }
        #expect(error?.code == .interrupted)
        #expect(try connection.integer("SELECT count(*) FROM t") == 0)
    }

    @Test("a database that somebody has locked is reported as busy, after a wait, and can be tried again")
    func busy() throws {
        let first = try make("CREATE TABLE t (v)")
        let second = try SQLiteConnection(directory.path("a.db"), .write)
        try first.execute("BEGIN IMMEDIATE")
        let error = failure { try second.execute("INSERT INTO t VALUES (1)") }
        #expect(error?.code == .databaseBusy)
        #expect(error?.isRetriable == true)
        try first.execute("COMMIT")
        try second.execute("INSERT INTO t VALUES (1)")
    }

    @Test("faults have a code, the file, and what SQLite says")
    func faults() throws {
        let connection = try make("CREATE TABLE t (v UNIQUE); INSERT INTO t VALUES (1)")
        let unique = failure { try connection.execute("INSERT INTO t VALUES (1)") }
        #expect(unique?.code == .databaseConstraint)
        #expect(unique?.message.contains("UNIQUE constraint failed: t.v") == true)
        #expect(unique?.location == .file(path: directory.path("a.db")))
        #expect(failure { _ = try connection.prepare("SELECT nothing FROM t") }?.code == .databaseStatement)
        #expect(failure { _ = try connection.prepare("SELECT 1; DROP TABLE t") }?.code == .databaseStatement)
        #expect(failure { _ = try connection.prepare("  ") }?.code == .databaseStatement)
        #expect(failure { _ = try SQLiteConnection(directory.path("none/a.db"), .create) }?.code == .fileNotFound)
        try directory.write("text.db", String(repeating: "no database ", count: 200))
        let text = try SQLiteConnection(directory.path("text.db"), .read)
        #expect(failure { _ = try text.integer("SELECT count(*) FROM sqlite_master") }?.code == .corruptFile)
        let reader = try SQLiteConnection(directory.path("a.db"), .read)
        #expect(failure { try reader.execute("INSERT INTO t VALUES (2)") }?.code == .unreadable)
    }

    @Test("statements tell what they give and what they need")
    func statements() throws {
        let connection = try make("CREATE TABLE t (n INTEGER, s VARCHAR(10)); INSERT INTO t VALUES (1, 'a')")
        let statement = try connection.prepare("SELECT n, s, n + 1 AS more FROM t WHERE n > ?;  ")
        #expect(statement.columnCount == 3 && statement.parameterCount == 1 && statement.isReadOnly)
        #expect((0..<3).map { statement.name($0) } == ["n", "s", "more"])
        #expect((0..<3).map { statement.declaredType($0) } == ["INTEGER", "VARCHAR(10)", nil])
        #expect(SQLiteConnection.quoted("a\"b") == "\"a\"\"b\"")
        #expect(try !connection.prepare("DELETE FROM t").isReadOnly)
    }
}
