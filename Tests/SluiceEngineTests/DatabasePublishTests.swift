import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceSQLite
import Synchronization
import Testing

@testable import SluiceEngine

/// Runs from several sources into a SQLite table that stop after a step of their commit, as a crash would.
@Suite("the database sink through crashes", .timeLimit(.minutes(20)))
struct DatabasePublishTests {
    enum Input: String, CaseIterable { case files, table }

    private static let rows = 2_500
    private static let steps: [CommitStep] = [
        .prepared, .recorded, .cleared, .published(chunk: 0), .published(chunk: 1), .landed, .struckOff,
    ]

    private let harness: EngineHarness

    init() throws { harness = try EngineHarness() }

    private func catalog(stoppingAt step: CommitStep? = nil) throws -> Catalog {
        var hooks = Catalog.Hooks()
        hooks.isRunning = { _ in false }
        hooks.reached = { reached throws(SluiceError) in
            if reached == step { throw SluiceError(.interrupted, "crash") }
        }
        return try Catalog(home: harness.home, hooks: hooks)
    }

    /// Rows with numbers from `first` on, wide enough to make two chunks; in an upsert, the earlier number of a key is replaced.
    private func write(_ input: Input, from first: Int) throws {
        let filler = String(repeating: "x", count: 2_000)
        switch input {
        case .files:
            let lines = (first..<first + Self.rows).map { "\($0 % 4_000),\($0),\(filler)" }
            try DiskFiles.createDirectories(harness.home + "/in")
            try DiskFiles.writeAtomically(
                ("k,n,filler\n" + lines.joined(separator: "\n") + "\n").utf8, to: harness.home + "/in/\(first).csv")
        case .table:
            let connection = try SQLiteConnection(harness.home + "/in.db", .create)
            try connection.execute(
                """
                CREATE TABLE IF NOT EXISTS t (k INTEGER, n INTEGER PRIMARY KEY, filler TEXT);
                WITH RECURSIVE c(x) AS (SELECT \(first) UNION ALL SELECT x + 1 FROM c WHERE x < \(first + Self.rows - 1))
                INSERT INTO t SELECT x % 4000, x, '\(filler)' FROM c;
                """)
        }
    }

    private func plan(_ catalog: Catalog, _ input: Input, mode: String, isIncremental: Bool) async throws -> LogicalPlan {
        let source = input == .files ? "{files: in/*.csv, format: csv}" : "{sqlite: in.db, table: t, cursor: n}"
        let text = """
            name: p
            source: \(source)
            sink: {sqlite: out.db, table: target, mode: \(mode)\(mode == "upsert" ? ", keys: k" : "")}
            incremental: \(isIncremental)
            """
        let definition = try PipelineLoader.load(text: text, directory: harness.home, connectors: .standard)
        let connection = ConnectorContext(
            catalog: catalog, streams: harness.streams, pipeline: "p", directory: harness.home, home: harness.home)
        return try await Planner.plan(definition, in: PlanContext(connectors: .standard, connection: connection))
    }

    private func run(_ catalog: Catalog, _ input: Input, mode: String) async throws {
        if mode == "overwrite" {
            let runner = PipelineRunner(catalog: catalog, streams: harness.streams, home: harness.home, options: RunOptions(width: 2))
            _ = try await runner.run(plan(catalog, input, mode: mode, isIncremental: false))
        } else {
            let runner = EpochRunner(
                catalog: catalog, streams: harness.streams, home: harness.home, options: RunOptions(width: 2),
                follow: FollowOptions(follows: false))
            _ = try await runner.run(plan(catalog, input, mode: mode, isIncremental: true))
        }
    }

    private func stop(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as SluiceError { #expect(error.code == .interrupted, "\(error)") }
    }

    /// Keys and numbers of the target, by number.
    private func target() throws -> [[Int64]] {
        guard DiskFiles.kind(of: harness.home + "/out.db") != nil else { return [] }
        let connection = try SQLiteConnection(harness.home + "/out.db", .read)
        guard try connection.integer("SELECT 1 FROM sqlite_master WHERE name = 'target'") != nil else { return [] }
        let statement = try connection.prepare("SELECT k, n FROM target ORDER BY n")
        var rows: [[Int64]] = []
        while try statement.step() { rows.append([statement.integer(0), statement.integer(1)]) }
        return rows
    }

    private func expected(_ count: Int, mode: String) -> [[Int64]] {
        let all = (0..<count).map { [Int64($0 % 4_000), Int64($0)] }
        guard mode == "upsert" else { return all }
        return Dictionary(all.map { ($0[0], $0) }) { $1 }.values.sorted { $0[1] < $1[1] }
    }

    @Test("whatever step a run stops after, the next one leaves every row once", arguments: steps, ["append", "upsert", "overwrite"])
    func stopped(_ step: CommitStep, _ mode: String) async throws {
        for input in Input.allCases {
            try write(input, from: 0)
            try await run(try catalog(), input, mode: mode)
            try write(input, from: Self.rows)
            try await stop { try await run(try catalog(stoppingAt: step), input, mode: mode) }
            let between = try target()
            #expect(between == expected(Self.rows, mode: mode) || between == expected(2 * Self.rows, mode: mode), "whole or not at all")
            try await run(try catalog(), input, mode: mode)
            let comment: Comment = "\(step), \(input)"
            #expect(try target() == expected(2 * Self.rows, mode: mode), comment)
            #expect(try catalog().nextPublication(of: "p", after: 0) == nil, comment)
            #expect(try DiskFiles.list(harness.home + "/outbox/p").isEmpty, comment)
            try forget()
        }
    }

    /// Begins with another state and other data.
    private func forget() throws {
        for name in try DiskFiles.list(harness.home) { try DiskFiles.removeTree(harness.home + "/" + name) }
    }

    @Test("what a run of another pipeline finds owed it puts there, without the definition", arguments: [CommitStep.recorded, .landed])
    func recovered(_ step: CommitStep) async throws {
        try write(.files, from: 0)
        try await stop { try await run(try catalog(stoppingAt: step), .files, mode: "append") }
        let outcomes = try await PublicationRecovery.run(try catalog(), harness.streams, .standard)
        #expect(outcomes.map(\.failure?.code) == [nil])
        #expect(outcomes[0].records.target == "table target of out.db")
        #expect(try target() == expected(Self.rows, mode: "append"))
    }

    @Test("a target that is locked is waited for, and then told; the next run puts the rows there")
    func busy() async throws {
        try write(.files, from: 0)
        let holder = try SQLiteConnection(harness.home + "/out.db", .create)
        try holder.execute("CREATE TABLE other (v); BEGIN IMMEDIATE")
        let error = await #expect(throws: SluiceError.self) { try await run(try catalog(), .files, mode: "append") }
        #expect(error?.code == .databaseBusy)
        #expect(error?.remedy?.contains("are put there by the pipeline's next run") == true)
        try holder.execute("COMMIT")
        try await run(try catalog(), .files, mode: "append")
        #expect(try target() == expected(Self.rows, mode: "append"))
    }
}
