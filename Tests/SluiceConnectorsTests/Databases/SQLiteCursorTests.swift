import SluiceCore
import SluicePipelines
import SluiceSQLite
import Synchronization
import Testing

@testable import SluiceConnectors

@Suite("SQLite read by a cursor column")
struct SQLiteCursorTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private func source(_ cursor: String, table: String = "t") async throws -> any IncrementalSource {
        try #require(try await bench.source("sqlite: shop.db\ntable: \(table)\ncursor: \(cursor)") as? any IncrementalSource)
    }

    /// What is new behind the positions, which move.
    private func read(
        _ source: any IncrementalSource, _ positions: inout SourcePositions, limit: Int64 = .max, _ column: String = "id"
    ) async throws -> [Value]? {
        guard let slice = try await source.slice(after: positions, SliceRequest(limitBytes: limit, leavesUnfinished: false)) else {
            return nil
        }
        let rows = try await slice.source.readAll([column])[column]
        positions.merge(slice.reached()) { $1 }
        return rows
    }

    @Test("rows come in the cursor's order, each once, also those with the last value that come later")
    func ties() async throws {
        try bench.database.execute(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT); INSERT INTO t VALUES (1, 'b'), (2, 'a'), (5, 'b')")
        let source = try await source("at")
        var positions: SourcePositions = [:]
        #expect(try await read(source, &positions) == [.integer(2), .integer(1), .integer(5)].map { $0 })
        #expect(try await read(source, &positions) == nil)
        try bench.database.execute("INSERT INTO t VALUES (3, 'b'), (4, 'c'), (6, 'a')")
        #expect(try await read(source, &positions) == [.integer(3), .integer(4)])
        #expect(try await read(source, &positions) == nil)
        #expect(positions.count == 1)
    }

    @Test("a row that was changed within the cursor's step is new again; one that was not is not")
    func changes() async throws {
        try bench.database.execute(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, at INTEGER); INSERT INTO t VALUES (1, 1, 10), (2, 1, 10)")
        let source = try await source("at")
        var positions: SourcePositions = [:]
        #expect(try await read(source, &positions)?.count == 2)
        try bench.database.execute("UPDATE t SET n = 2 WHERE id = 1")
        #expect(try await read(source, &positions) == [.integer(1)])
        try bench.database.execute("UPDATE t SET at = 11 WHERE id = 2")
        #expect(try await read(source, &positions) == [.integer(2)])
        #expect(try await read(source, &positions) == nil)
    }

    @Test("rows that cannot be told apart are counted")
    func equalRows() async throws {
        try bench.database.execute("CREATE TABLE u (id INTEGER); INSERT INTO u VALUES (1), (1); CREATE VIEW t AS SELECT id FROM u")
        let source = try await source("id")
        var positions: SourcePositions = [:]
        #expect(try await read(source, &positions)?.count == 2)
        try bench.database.execute("INSERT INTO u VALUES (1), (1)")
        #expect(try await read(source, &positions)?.count == 2)
        #expect(try await read(source, &positions) == nil)
    }

    @Test("a slice ends by its bytes anywhere, and the next goes on behind it", arguments: [1, 7])
    func slices(_ tied: Int) async throws {
        try bench.database.execute(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, at INTEGER, filler TEXT);
            WITH RECURSIVE c(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM c WHERE x < 29999)
            INSERT INTO t SELECT x, x / \(tied), 'x' FROM c;
            """)
        let source = try await source("at")
        var positions: SourcePositions = [:]
        var ids: [Value] = []
        var slices = 0
        while let rows = try await read(source, &positions, limit: 1) {
            ids += rows
            slices += 1
        }
        #expect(ids == (0..<30_000).map { Value.integer($0) })
        #expect(slices == 4)
    }

    @Test("a bookmark keeps values of every class")
    func classes() async throws {
        try bench.database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v)")
        let source = try await source("v")
        var positions: SourcePositions = [:]
        for (id, value) in ["-5", "1", "1.0", "1.5", "'a''b'", "'ü'", "CAST(x'ff' AS TEXT)", "x'00ff'"].enumerated() {
            try bench.database.execute("INSERT INTO t VALUES (\(id), \(value))")
            #expect(try await read(source, &positions) == [.integer(Int64(id))], "\(value)")
            #expect(try await read(source, &positions) == nil, "\(value)")
        }
    }

    /// Rows that are new, and what is said of others.
    private func tell(_ source: any IncrementalSource, _ positions: inout SourcePositions) async throws -> (rows: Int, notices: [String]) {
        let notes = Mutex<[String]>([])
        var request = SliceRequest(limitBytes: .max, leavesUnfinished: false)
        request.note = { note in notes.withLock { $0.append(note) } }
        guard let slice = try await source.slice(after: positions, request) else { return (0, notes.withLock { $0 }) }
        let rows = try await slice.source.readAll(["id"])["id"]
        positions.merge(slice.reached()) { $1 }
        return (rows.count, slice.notices + notes.withLock { $0 })
    }

    @Test(
        "a value that does not fit the column's type moves no bookmark, and is told of",
        arguments: [
            ("INTEGER", ["1", "'abc'", "3"], ["4"]), ("INTEGER", ["1", "x'00'"], ["2"]), ("DECIMAL(10,2)", ["9.5", "'n/a'"], ["10"]),
            ("TIMESTAMP", ["'2024-01-01 10:00:00'", "'unknown'"], ["'2024-01-02 10:00:00'"]),
            ("TIMESTAMP", ["'2024-01-01 10:00:00'", "17"], ["'2024-01-02 10:00:00'"]),
            ("DATE", ["'2024-01-01'", "'31.12.2023'"], ["'2024-01-02'"]),
        ])
    func strangers(_ type: String, _ first: [String], _ later: [String]) async throws {
        try bench.database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at \(type))")
        for value in first { try bench.database.execute("INSERT INTO t (at) VALUES (\(value))") }
        var positions: SourcePositions = [:]
        let told = try await tell(try await source("at"), &positions)
        #expect(told.rows == first.count - 1)
        #expect(told.notices.contains { $0.contains("does not fit the column's type") }, "\(told.notices)")
        for value in later { try bench.database.execute("INSERT INTO t (at) VALUES (\(value))") }
        #expect(try await tell(try await source("at"), &positions).rows == later.count)
        #expect(try await tell(try await source("at"), &positions).rows == 0)
    }

    @Test(
        "times whose texts stand in another order are refused: none is passed over",
        arguments: [
            ("TIMESTAMPTZ", "2024-01-01 10:00:00+02:00", "2024-01-01 09:30:00+00:00"),
            ("TIMESTAMPTZ", "2024-01-01 10:00:00Z", "2024-01-01 10:00:00.5Z"), ("TIMESTAMP", "2024-01-01T10:00:00", "2024-01-01 11:00:00"),
            ("TIMESTAMPTZ", "2024-10-27T02:30:00+02:00", "2024-10-27T02:10:00+01:00"),
        ])
    func timesInSeveralForms(_ type: String, _ earlier: String, _ later: String) async throws {
        try bench.database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at \(type)); INSERT INTO t (at) VALUES ('\(earlier)')")
        var positions: SourcePositions = [:]
        #expect(try await tell(try await source("at"), &positions).rows == 1)
        try bench.database.execute("INSERT INTO t (at) VALUES ('\(later)')")
        for kept in [positions, [:]] {
            let error = await sluiceError {
                var positions = kept
                _ = try await self.tell(try await self.source("at"), &positions)
            }
            #expect(error?.code == .notIncremental && error?.message.contains(later) == true, "\(error?.message ?? "taken")")
        }
        // Written in one way, both are read.
        let query = "SELECT id, strftime('%Y-%m-%dT%H:%M:%fZ', at) AS at FROM t"
        try bench.database.execute("CREATE VIEW v AS \(query)")
        var anew: SourcePositions = [:]
        #expect(try await tell(try await source("at", table: "v"), &anew).rows == 2)
    }

    @Test("times in one form go on, through zones and fractions") func timesInOneForm() async throws {
        try bench.database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at TIMESTAMPTZ)")
        var positions: SourcePositions = [:]
        for value in ["2024-01-01T10:00:00.000Z", "2024-01-01T10:00:00.001Z", "2024-01-01T10:00:00.001Z", "2024-03-31T02:30:00.000Z"] {
            try bench.database.execute("INSERT INTO t (at) VALUES ('\(value)')")
            let told = try await tell(try await source("at"), &positions)
            #expect(told.rows == 1 && told.notices.isEmpty, "\(value) \(told.notices)")
        }
        #expect(try await tell(try await source("at"), &positions).rows == 0)
    }

    @Test("a bookmark that an earlier version kept of such a value is refused") func strayBookmark() async throws {
        try bench.database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at INTEGER); INSERT INTO t (at) VALUES (1)")
        var positions: SourcePositions = [:]
        _ = try await tell(try await source("at"), &positions)
        let kept = try #require(positions.first)
        let text = String(decoding: kept.value, as: UTF8.self).replacing("\"integer\"", with: "\"text\"")
        positions[kept.key] = Array(text.utf8)
        let stray = positions
        let error = await sluiceError {
            var positions = stray
            _ = try await self.tell(try await self.source("at"), &positions)
        }
        #expect(error?.code == .stateMismatch, "\(error?.message ?? "taken")")
    }

    @Test("a column that is added later changes nothing; one that is gone is refused, as is another cursor")
    func changedTables() async throws {
        try bench.database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at INTEGER, n INTEGER); INSERT INTO t VALUES (1, 1, 1)")
        var positions: SourcePositions = [:]
        #expect(try await read(try await source("at"), &positions)?.count == 1)
        try bench.database.execute("ALTER TABLE t ADD COLUMN more INTEGER DEFAULT 5; INSERT INTO t VALUES (2, 1, 1, 1)")
        #expect(try await read(try await source("at"), &positions) == [.integer(2)])
        let kept = positions
        let other = await sluiceError {
            _ = try await self.source("id").slice(after: kept, SliceRequest(limitBytes: 1, leavesUnfinished: false))
        }
        #expect(other?.code == .stateMismatch)
        try bench.database.execute("ALTER TABLE t DROP COLUMN n")
        let gone = await sluiceError {
            _ = try await self.source("at").slice(after: kept, SliceRequest(limitBytes: 1, leavesUnfinished: false))
        }
        #expect(gone?.code == .stateMismatch && gone?.message.contains("\"n\"") == true)
    }

    @Test("more rows with one value than a bookmark tells apart are refused")
    func limit() async throws {
        try bench.database.execute(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, at INTEGER);
            WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < \(DatabaseLimits.tiedRows)) INSERT INTO t SELECT x, 0 FROM c;
            """)
        var positions: SourcePositions = [:]
        #expect(try await read(try await source("at"), &positions)?.count == DatabaseLimits.tiedRows)
        try bench.database.execute("INSERT INTO t (at) VALUES (0)")
        let kept = positions
        let error = await sluiceError {
            _ = try await self.source("at").slice(after: kept, SliceRequest(limitBytes: .max, leavesUnfinished: false))
        }
        #expect(error?.code == .limitExceeded && error?.message.contains("\"at\"") == true)
    }

    @Test("rows without a value are told, and a source without a cursor cannot tell what is new")
    func missing() async throws {
        try bench.database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at INTEGER); INSERT INTO t VALUES (1, 1), (2, null)")
        let slice = try await source("at").slice(after: [:], SliceRequest(limitBytes: .max, leavesUnfinished: false))
        #expect(slice?.notices == ["rows of t without a value of the cursor \"at\" are not read"])
        let plain = try #require(try await bench.source("sqlite: shop.db\ntable: t") as? any IncrementalSource)
        let error = await sluiceError { _ = try await plain.slice(after: [:], SliceRequest(limitBytes: 1, leavesUnfinished: false)) }
        #expect(error?.code == .notIncremental && error?.remedy?.contains("cursor: id") == true)
    }
}
