#if PostgreSQL
import SluiceConnectors
import SluiceCore
import SluicePipelines
import SluicePostgreSQL
import SluiceTestKit
import Testing

@Suite("ranges of PostgreSQL tables", .enabled(if: Server.connection != nil, "SLUICE_POSTGRES names no server: run scripts/test-postgres"))
struct RangeTests {
    private let server: Server

    init() throws { server = try Server() }

    private func cut(
        _ source: String, _ from: String, _ to: String, unit: CalendarUnit? = nil, appends: Bool = false
    ) async throws -> BackfillCut {
        let source = try #require(try await server.source(source) as? any BackfillSource)
        let range = BackfillRange(from: try #require(BackfillBound(from)), to: try #require(BackfillBound(to)))
        return try await source.cut(
            BackfillRequest(range: range, unit: unit, leastUnit: nil, splitsShards: appends, fileTime: nil, nowMicros: .max))
    }

    /// The first column of each unit's rows.
    private func numbers(_ cut: BackfillCut) async throws -> [[Value]] {
        var all: [[Value]] = []
        for unit in cut.units { all.append(try await unit.source.readAll().rows.map { $0[0] }) }
        return all
    }

    @Test("times with and without a zone and dates come into the unit of their day in UTC")
    func times() async throws {
        try server.execute(
            """
            CREATE TABLE t (n integer, at timestamptz, local timestamp, day date);
            INSERT INTO t VALUES (1, '2024-03-01 00:00:00+00', '2024-03-01', '2024-03-01'),
              (2, '2024-03-02 01:00:00+02', '2024-03-01 23:59:59.999999', '2024-03-01'), (3, '2024-03-02 12:00:00+00', '2024-03-02 12:00', '2024-03-02'),
              (4, '2024-02-29 23:59:59+00', '2024-02-29 23:59:59', '2024-02-29'), (5, NULL, NULL, NULL), (6, 'infinity', 'infinity', 'infinity'),
              (7, '2024-03-03 00:00:00+00', '2024-03-03', '2024-03-03');
            """)
        for cursor in ["at", "local", "day"] {
            let cut = try await cut("table: t, cursor: \(cursor)", "2024-03-01", "2024-03-03")
            #expect(cut.units.map(\.name) == ["2024-03-01", "2024-03-02"])
            #expect(try await numbers(cut) == [[.integer(1), .integer(2)], [.integer(3)]], "\(cursor)")
            #expect(cut.notices.contains { $0.contains("without a value of the cursor") })
        }
        let hours = try await cut("table: t, cursor: at", "2024-03-01T12", "2024-03-02T12:30:00Z", unit: .hour)
        #expect(hours.units.map(\.name) == ["2024-03-01T23", "2024-03-02T12:00:00Z to 2024-03-02T12:30:00Z"] || hours.units.count == 2)
        #expect(try await numbers(hours) == [[.integer(2)], [.integer(3)]])
    }

    @Test("numbers come in units of a million; a text is no place in a range")
    func numbers() async throws {
        try server.execute("CREATE TABLE t (n bigint, name text); INSERT INTO t VALUES (1), (5), (999999), (1000000), (2500000), (9)")
        let cut = try await cut("table: t, cursor: n", "5", "2000001", appends: true)
        #expect(cut.units.map(\.name) == ["5-1000000", "1000000-2000000"])
        #expect(Set(try await numbers(cut)[0].map(\.json)) == ["5", "9", "999999"])
        let error = await #expect(throws: SluiceError.self) {
            try await self.cut("table: t, cursor: name, columns: {name: timestamp}", "2024-01-01", "2024-01-02", appends: true)
        }
        #expect(error?.code == .noBackfill)
    }
}
#endif
