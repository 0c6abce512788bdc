import SluiceCatalog
import SluiceCore
import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceFirehoseService

/// An unchanged boto3 as the client.
@Suite("unchanged clients of Firehose") struct ClientTests {
    private static let python: String? = {
        guard let python = MotoServer.python, InstalledProgram.succeeds(python, ["-c", "import boto3, pyarrow.parquet"]) else {
            print("skipped: no Python with boto3 and pyarrow; set SLUICE_PYTHON to one")
            return nil
        }
        return python
    }()

    @Test(
        "boto3",
        .enabled(if: Self.python != nil),
        arguments: [
            "lifecycle", "validation", "naming", "compression", "delimiter", "partitions", "backup", "endpoint", "endpoint_failure",
            "from_kinesis", "aggregated", "accounts", "update", "missing_bucket", "encryption", "transformation",
            "transformed_partitions", "transformed_endpoint",
        ])
    func boto(_ name: String) async throws {
        let python = try #require(Self.python)
        try await DeliveryBench.run { bench in
            let outcome = try await bench.script(python, name)
            #expect(outcome == "ok", "\(outcome)\n\(bench.told.all)")
        }
    }

    @Test("people are told how long an endpoint is tried, and what becomes of its records then", .enabled(if: Self.python != nil))
    func toldOfEndpoint() async throws {
        let python = try #require(Self.python)
        try await DeliveryBench.run { bench in
            let outcome = try await bench.script(python, "endpoint_late")
            #expect(outcome == "ok", "\(outcome)\n\(bench.told.all)")
            let first = try #require(bench.told.all.first)
            let rest = "it is tried again for 6 s, and what the endpoint has not taken then goes to the bucket"
            #expect(first.hasPrefix("firehose late: delivery fails: http://127.0.0.1:") && first.hasSuffix("; \(rest)"), "\(first)")
            #expect(bench.told.all.contains { $0.contains("did not take 1 records, which are in the bucket now") }, "\(bench.told.all)")
        }
    }

    @Test("people are told in one line what is wrong with a function, where, and what to do", .enabled(if: Self.python != nil))
    func toldOfFunction() async throws {
        let python = try #require(Self.python)
        let wrong = RecordFunctions(exists: { _ in true }) { _, _ in
            throw TwoErrors(errors: [
                SluiceError(.invalidOption, "there is no key oops", at: .file(path: "pipelines/shout.yaml"), remedy: "remove it"),
                SluiceError(.invalidOption, "there is no key ouch"),
            ])
        }
        let bench = try await DeliveryBench(try TemporaryDirectory(), functions: wrong)
        #expect(try await bench.script(python, "put_transformed") == "ok")
        await bench.server.drain(within: .seconds(1))
        let first = try #require(bench.told.all.first)
        let reason = "pipelines/shout.yaml: there is no key oops; remove it (and 1 more)"
        #expect(first.hasPrefix("firehose t: delivery fails: \(reason); "), "\(first)")
    }

    private struct TwoErrors: ErrorList { let errors: [SluiceError] }

    @Test("rows become Parquet by a table of the catalog, and those that do not fit are kept", .enabled(if: Self.python != nil))
    func conversion() async throws {
        let python = try #require(Self.python)
        try await DeliveryBench.run { bench in
            try bench.catalog.createDatabase("shop")
            let columns = [
                CatalogColumn("id", .int64), CatalogColumn("name", .string), CatalogColumn("at", .timestamp(zoned: false)),
                CatalogColumn("userId", .int64), CatalogColumn("st", .structure([Field("innerKey", .int64)])),
            ]
            try bench.catalog.putTable(
                TableDefinition(
                    name: try TableName(database: "shop", table: "orders"), columns: columns, location: bench.directory.path("orders"),
                    format: "parquet"))
            let outcome = try await bench.script(python, "conversion")
            #expect(outcome == "ok", "\(outcome)\n\(bench.told.all)")
        }
    }

    @Test("what waits is delivered when the server ends, and what fails then by the next one", .enabled(if: Self.python != nil))
    func restart() async throws {
        let python = try #require(Self.python)
        let directory = try TemporaryDirectory()
        let first = try await DeliveryBench(directory)
        #expect(try await first.script(python, "put_slowly") == "ok")
        await first.server.drain(within: .seconds(1))
        #expect(first.told.all.count == 1, "\(first.told.all)")
        let second = try await DeliveryBench(directory)
        #expect(try await second.script(python, "find_slowly") == "ok")
        await second.server.drain(within: .seconds(1))
    }

    @Test("a delivery that a restart repeats overwrites what it had written", .enabled(if: Self.python != nil))
    func repeated() async throws {
        let python = try #require(Self.python)
        let directory = try TemporaryDirectory()
        let first = try await DeliveryBench(directory)
        #expect(try await first.script(python, "put_halfway") == "ok")
        await first.server.drain(within: .seconds(1))
        let second = try await DeliveryBench(directory)
        let outcome = try await second.script(python, "find_halfway")
        #expect(outcome == "ok", "\(outcome)")
        await second.server.drain(within: .seconds(1))
    }
}
