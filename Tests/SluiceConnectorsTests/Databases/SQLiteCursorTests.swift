import SluiceCore
import SluicePipelines
import SluiceSQLite
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
            "CREATE TABLE t (id INTEGER PRIMARY KEY, at TIMESTAMP); INSERT INTO t VALUES (1, 'b'), (2, 'a'), (5, 'b')")
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
