#if PostgreSQL
import Glibc
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluiceLog
import SluicePipelines
import SluicePostgreSQL
import SluiceTestKit
import Testing

/// The server that `scripts/test-postgres` has started, and a database of the test's own on it.
final class Server: Sendable {
    /// How the server is reached, without a database; nil in other runs.
    static let connection: String? = getenv("SLUICE_POSTGRES").map { String(cString: $0) }

    /// Where `scripts/test-postgres --program` put the program; nil in other runs.
    static let program: String? = getenv("SLUICE_POSTGRES_PROGRAM").map { String(cString: $0) }

    let database: String
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        database = "test_" + directory.root.lowercased().filter { $0.isLetter || $0.isNumber }.suffix(30)
        let maintenance = try PostgreSQLConnection(try PostgreSQLSettings("\(try #require(Self.connection)) dbname=postgres"))
        try maintenance.execute("CREATE DATABASE \(database)")
    }

    deinit {
        if let settings = try? PostgreSQLSettings("\(Self.connection ?? "") dbname=postgres"),
            let maintenance = try? PostgreSQLConnection(settings)
        {
            try? maintenance.execute("DROP DATABASE IF EXISTS \(database) WITH (FORCE)")
        }
    }

    /// As settings of a connection to the test's own database.
    func settings(user: String? = nil) throws -> [String: String] {
        let keywords = try PostgreSQLSettings(connection).keywords
        var settings = ["database": database]
        (settings["host"], settings["port"], settings["user"]) = (keywords["host"], keywords["port"], user ?? keywords["user"])
        return settings
    }

    var home: String { directory.path(".sluice") }
    var connection: String { "\(Self.connection ?? "") dbname=\(database)" }

    func connect() throws -> PostgreSQLConnection { try PostgreSQLConnection(try PostgreSQLSettings(connection)) }

    @discardableResult
    func rows(_ sql: String) throws -> [[String?]] { try connect().rows(sql) }

    func execute(_ sql: String) throws { try connect().execute(sql) }

    // MARK: Pipelines

    func catalog(stoppingAt step: CommitStep? = nil) throws -> Catalog {
        var hooks = Catalog.Hooks()
        hooks.isRunning = { _ in false }
        hooks.reached = { reached throws(SluiceError) in
            if reached == step { throw SluiceError(.interrupted, "crash") }
        }
        return try Catalog(home: home, hooks: hooks)
    }

    private var streams: StreamStore { StreamStore(directory: home + "/streams") }

    func context(_ catalog: Catalog) -> ConnectorContext {
        ConnectorContext(catalog: catalog, streams: streams, pipeline: "p", directory: directory.root, home: home)
    }

    /// A definition with `SERVER` in place of the connection.
    private func definition(_ text: String, _ connectors: ConnectorRegistry) throws -> PipelineDefinition {
        do {
            return try PipelineLoader.load(
                text: text.replacing("SERVER", with: connection), directory: directory.root, connectors: connectors)
        } catch let errors as DefinitionErrors {
            throw errors.errors[0]
        }
    }

    /// - Parameter options: Of a source, as YAML in braces.
    func source(_ options: String, _ catalog: Catalog? = nil) async throws -> any Source {
        let definition = try definition("name: p\nsource: {postgresql: \"SERVER\", \(options)}\nsink: {files: out}\n", .standard)
        return try await PostgreSQLConnector().source(definition.source.options, in: context(try catalog ?? self.catalog()))
    }

    func run(_ text: String, stoppingAt step: CommitStep? = nil, _ connectors: ConnectorRegistry = .standard) async throws {
        let catalog = try catalog(stoppingAt: step)
        let definition = try definition("name: p\n" + text, connectors)
        let plan = try await Planner.plan(definition, in: PlanContext(connectors: connectors, connection: context(catalog)))
        if definition.isIncremental {
            let runner = EpochRunner(catalog: catalog, streams: streams, home: home, follow: FollowOptions(follows: false))
            _ = try await runner.run(plan)
        } else {
            _ = try await PipelineRunner(catalog: catalog, streams: streams, home: home).run(plan)
        }
    }

    func recover(_ connectors: ConnectorRegistry = .standard) async throws -> [PublicationRecovery.Outcome] {
        try await PublicationRecovery.run(try catalog(), streams, connectors)
    }
}

/// The error that `body` throws; nil if it throws none.
func sluiceError(_ body: () async throws -> Void) async -> SluiceError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? SluiceError
    }
}

extension Source {
    /// Reads all splits in order.
    func readAll(_ columns: [String]? = nil) async throws -> (rows: [[Value]], rejects: [Reject]) {
        var (rows, rejects): ([[Value]], [Reject]) = ([], [])
        for split in try await splits() {
            let reader = try await open(split, SourceRequest(columns ?? schema.names, keepsRaw: true))
            try await reader.forEachBatch { read in
                for row in 0..<read.batch.rowCount { rows.append(read.batch.columns.map { $0[row] }) }
                rejects += read.rejects
            }
        }
        return (rows, rejects)
    }
}
#endif
