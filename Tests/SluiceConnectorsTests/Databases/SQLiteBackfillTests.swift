import SluiceCore
import SluicePipelines
import SluiceSQLite
import Testing

@testable import SluiceConnectors

@Suite("ranges of SQLite tables, and rows behind a bookmark")
struct SQLiteBackfillTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private func cut(
        _ source: String, _ from: String, _ to: String, unit: CalendarUnit? = nil, appends: Bool = false, now: Int64 = .max
    ) async throws -> BackfillCut {
        let source = try #require(try await bench.source("sqlite: shop.db\n" + source) as? any BackfillSource)
        let range = BackfillRange(from: try #require(BackfillBound(from)), to: try #require(BackfillBound(to)))
        return try await source.cut(
            BackfillRequest(range: range, unit: unit, leastUnit: nil, splitsShards: appends, fileTime: nil, nowMicros: now))
    }

    private func numbers(_ unit: BackfillUnit) async throws -> [Int64] {
        try await unit.source.readAll(["n"])["n"].compactMap { if case .integer(let n) = $0 { n } else { nil } }
    }

    @Test("times in every spelling come into the unit of their day in UTC, and rows without one into none")
    func times() async throws {
        try bench.database.execute(
            """
            CREATE TABLE t (n INTEGER, at TIMESTAMPTZ);
            INSERT INTO t VALUES (1, '2024-03-01 00:00:00Z'), (2, '2024-03-01T23:59:59.999999Z'), (3, '2024-03-02T01:00:00+02:00'),
              (4, '2024-02-29T23:30:00-01:00'), (5, '2024-03-02'), (6, '2024-03-02 12:00:00'), (7, NULL), (8, '2024-03-01 yesterday'),
              (9, '2024-03-03T00:00:00Z'), (10, 17), (11, '2024-02-29T23:59:59Z');
            """)
        let cut = try await cut("table: t\ncursor: at", "2024-03-01", "2024-03-03")
        #expect(cut.basis == "the column at" && cut.units.map(\.name) == ["2024-03-01", "2024-03-02"])
        var found: [[Int64]] = []
        for unit in cut.units { found.append(try await numbers(unit)) }
        #expect(found == [[1, 2, 3, 4], [6]] || found == [[1, 2, 3, 4], [5, 6]], "\(found)")
        #expect(cut.notices.contains { $0.contains("without a value of the cursor") })
        #expect(cut.notices.contains { $0.contains("have no time") })
        let whole = Set(cut.units.flatMap(\.inputs).map(\.version))
        try bench.database.execute("INSERT INTO t VALUES (12, '2024-03-01 10:00:00Z')")
        let again = try await self.cut("table: t\ncursor: at", "2024-03-01", "2024-03-03")
        #expect(again.units[0].inputs[0].version != cut.units[0].inputs[0].version && whole.contains(again.units[1].inputs[0].version))
    }

    @Test("hours and months, dates and queries")
    func units() async throws {
        try bench.database.execute(
            "CREATE TABLE d (n INTEGER, day DATE); INSERT INTO d VALUES (1, '2024-01-31'), (2, '2024-02-01'), (3, '2024-02-29')")
        let months = try await cut("table: d\ncursor: day", "2024-01", "2024-03", unit: .month)
        #expect(months.units.map(\.name) == ["2024-01", "2024-02"])
        #expect(try await numbers(months.units[1]) == [2, 3])
        let query = "query: SELECT n, day || ' 10:30:00' AS at FROM d\ncolumns: {n: int64, at: timestamp}\ncursor: at"
        let hours = try await cut(query, "2024-02-01T10", "2024-02-01T12", unit: .hour)
        #expect(hours.units.map(\.name) == ["2024-02-01T10"])
        #expect(try await numbers(hours.units[0]) == [2])
    }

    @Test("numbers come in units of a million, which are added and not replaced")
    func numbers() async throws {
        try bench.database.execute(
            "CREATE TABLE t (n INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (5), (999999), (1000000), (2500000), (9)")
        let cut = try await cut("table: t\ncursor: n", "5", "2000001", appends: true)
        #expect(cut.units.map(\.name) == ["5-1000000", "1000000-2000000"])
        var found: [[Int64]] = []
        for unit in cut.units { found.append(try await numbers(unit)) }
        #expect(found == [[5, 9, 999_999], [1_000_000]])
        let error = await #expect(throws: SluiceError.self) { try await self.cut("table: t\ncursor: n", "5", "9") }
        #expect(error?.remedy?.contains("--append") == true)
    }

    @Test(
        "what cannot be cut is refused with what helps",
        arguments: [
            ("table: t", "2024-01-01", "cursor: created_at"), ("table: t\ncursor: name", "2024-01-01", "columns: {name: timestamp}"),
            ("table: t\ncursor: n", "2024-01-01", "two numbers"), ("table: t\ncursor: at", "2030-01-01", "end it now"),
        ])
    func refused(_ source: String, _ to: String, _ remedy: String) async throws {
        try bench.database.execute("CREATE TABLE t (n INTEGER, name TEXT, at TIMESTAMP)")
        let error = await #expect(throws: SluiceError.self) {
            try await self.cut(source, "2023-01-01", to, appends: true, now: 1_750_000_000_000_000)
        }
        #expect(error?.remedy?.contains(remedy) == true, "\(String(describing: error))")
    }

    @Test("rows behind a bookmark are counted where an index does it, and told by nobody where none does")
    func lag() async throws {
        try bench.database.execute(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'b')")
        let source = try #require(try await bench.source("sqlite: shop.db\ntable: t\ncursor: at") as? any LaggingSource)
        var positions: SourcePositions = [:]
        #expect(try source.lag(behind: positions).map(\.records) == [3])
        let request = SliceRequest(limitBytes: .max, leavesUnfinished: false)
        let slice = try #require(try await source.slice(after: positions, request))
        _ = try await slice.source.readAll(["id"])
        positions.merge(slice.reached()) { $1 }
        #expect(throws: SluiceError.self) { try source.lag(behind: positions) }
        try bench.database.execute("CREATE INDEX i ON t (at)")
        #expect(try source.lag(behind: positions).map(\.records) == [0])
        try bench.database.execute("INSERT INTO t VALUES (4, 'b'), (5, 'c'), (6, 'a')")
        #expect(try source.lag(behind: positions).map(\.records) == [2])
    }
}
