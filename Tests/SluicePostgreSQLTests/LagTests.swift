#if PostgreSQL
import SluiceCore
import SluicePipelines
import Testing

@Suite("lag of PostgreSQL", .enabled(if: Server.connection != nil, "SLUICE_POSTGRES names no server: run scripts/test-postgres"))
struct LagTests {
    private let server: Server

    init() throws { server = try Server() }

    private func read(_ source: any LaggingSource, _ positions: inout SourcePositions) async throws {
        let slice = try #require(try await source.slice(after: positions, SliceRequest(limitBytes: .max, leavesUnfinished: false)))
        _ = try await slice.source.readAll(["id"])
        positions.merge(slice.reached()) { $1 }
    }

    @Test("rows behind a bookmark are counted where an index does it, and told by nobody where none does")
    func counts() async throws {
        try server.execute(
            "CREATE TABLE t (id integer, at timestamptz); INSERT INTO t VALUES (1, '2024-01-01'), (2, '2024-01-02'), (3, '2024-01-02')")
        let source = try #require(try await server.source("table: t, cursor: at") as? any LaggingSource)
        var positions: SourcePositions = [:]
        try await read(source, &positions)
        let error = #expect(throws: SluiceError.self) { try source.lag(behind: positions) }
        #expect(error?.remedy == "give the column an index")
        try server.execute("CREATE INDEX ON t (at)")
        #expect(try source.lag(behind: positions).map(\.records) == [0])
        #expect(try source.lag(behind: [:]).map(\.records) == [3])
        try server.execute("INSERT INTO t VALUES (4, '2024-01-02'), (5, '2024-01-03'), (6, '2023-12-31'), (7, null)")
        #expect(try source.lag(behind: positions) == [SplitLag(split: "rows by at", reached: nil, records: 2)])
        try await read(source, &positions)
        #expect(try source.lag(behind: positions).map(\.records) == [0])
    }

    @Test("a server that ends the connection meanwhile is asked anew")
    func reconnects() async throws {
        try server.execute("CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
        let source = try #require(try await server.source("table: t, cursor: id") as? any LaggingSource)
        #expect(try source.lag(behind: [:]).map(\.records) == [2])
        try server.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        #expect(throws: SluiceError.self) { try source.lag(behind: [:]) }
        #expect(try source.lag(behind: [:]).map(\.records) == [2])
    }

    @Test("of a query the rows are counted through the index of its table")
    func queries() async throws {
        try server.execute(
            "CREATE TABLE t (id integer PRIMARY KEY, flag boolean); INSERT INTO t SELECT n, n % 2 = 0 FROM generate_series(1, 100) n")
        let source = try #require(try await server.source("query: SELECT id FROM t WHERE flag, cursor: id") as? any LaggingSource)
        #expect(try source.lag(behind: [:]).map(\.records) == [50])
    }
}
#endif
