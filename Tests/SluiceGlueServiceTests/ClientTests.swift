import SluiceBuckets
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceCrawler
import SluiceLog
import SluicePipelines
import SluiceS3Service
import SluiceScheduler
import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceGlueService

/// The catalog behind a port, with clients that know nothing of it.
@Suite("unchanged clients of Glue") struct ClientTests {
    static let python: String? = {
        guard let python = MotoServer.python, InstalledProgram.succeeds(python, ["-c", "import boto3"]) else {
            print("skipped: no Python with boto3; set SLUICE_PYTHON to one")
            return nil
        }
        return python
    }()

    /// Runs a script to its end.
    ///
    /// - Parameters:
    ///   - arguments: Behind the addresses of the port and the project.
    ///   - schedules: Whether a scheduler runs what the script asks for.
    func run(
        _ script: String, _ arguments: String..., keys: [String: String] = [:], schedules: Bool = false
    ) async throws -> Catalog {
        let python = try #require(Self.python)
        let directory = try TemporaryDirectory()
        var options = PortOptions(port: 0)
        options.keys = keys
        let catalog = try Catalog(home: directory.path("state"))
        let streams = StreamStore(directory: directory.path("state/streams"))
        let surroundings = CrawlSurroundings(
            connectors: .standard,
            context: ConnectorContext(
                catalog: catalog, streams: streams, pipeline: "crawl", directory: directory.root, home: directory.path("state")))
        let home = GlueHome(
            catalog, directory: directory.path("state"), project: directory.root, options, surroundings: surroundings, runsJobs: schedules)
        let buckets = BucketService(try BucketStore(directory.path("state/buckets")), keys: keys)
        let port = try await PortServer.start(options, services: [GlueService.make(home), buckets])
        let scheduler = schedules ? Self.schedule(catalog, directory, port.address) : nil
        let file = Repository.path("Tests/SluiceGlueServiceTests/Scripts/\(script).py")
        let result: CommandResult
        do {
            result = try await Command(python, [file, port.address, directory.root] + arguments).start().wait(timeout: .seconds(900))
        } catch {
            scheduler?.cancel()
            await port.drain(within: .seconds(30))
            throw error
        }
        scheduler?.cancel()
        _ = await scheduler?.result
        await port.drain(within: .seconds(30))
        #expect(result.output.hasSuffix("ok\n"), "\(result.transcript)")
        return catalog
    }

    /// What `sluice up` has beside its port.
    private static func schedule(_ catalog: Catalog, _ directory: TemporaryDirectory, _ address: String) -> Task<Void, any Error> {
        var options = Scheduler.Options()
        options.follower = GlueFollower(directory: directory.path("state"), project: directory.root)
        options.port = ["endpoint": address, "account": "000000000000", "region": "us-east-1"]
        let service = SchedulerService(catalog: catalog, jobs: JobSet(), options: options, drainMicros: 0) { _ in }
        return Task { try await service.run() }
    }

    @Test("databases, tables, versions, functions and tags, as the catalog has them", .enabled(if: Self.python != nil))
    func catalog() async throws {
        let catalog = try await run("catalog")
        let table = try catalog.table(TableName(parsing: "sales.orders"))
        #expect(
            table.definition.columns.map(\.type.description).prefix(5) == ["int64", "string", "decimal(12,2)", "string", "decimal(10,0)"])
        #expect(table.definition.columns[5].type.description == "list<struct<sku: string, n: int32>>")
        #expect(table.definition.format == "parquet" && table.definition.owner == "ada" && table.definition.tags == ["b": "2"])
    }

    @Test("partitions with the whole grammar, indexes, statistics", .enabled(if: Self.python != nil))
    func partitions() async throws {
        let catalog = try await run("partitions")
        #expect(try catalog.table(TableName(parsing: "d.t")).partitionCount == 48)
        let bounds = try catalog.statistics(of: TableName(parsing: "d.t")).map { [$0.statistics.minimum, $0.statistics.maximum] }
        #expect(bounds.contains(["-12.34", "999.99"]) && bounds.contains(["2020-02-29", "2021-01-01"]))
    }

    @Test("crawlers look at buckets and at the project, and nowhere else", .enabled(if: Self.python != nil))
    func crawlers() async throws {
        let catalog = try await run("crawlers")
        let table = try catalog.table(TableName(parsing: "raw.own")).definition
        #expect(table.location.hasSuffix("/state/buckets/lake/raw/clicks") && table.format == "json")
    }

    @Test("registries, schemas and versions", .enabled(if: Self.python != nil))
    func schemas() async throws { _ = try await run("schemas") }
}
