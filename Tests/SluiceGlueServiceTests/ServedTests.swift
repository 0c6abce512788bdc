import SluiceCatalog
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceGlueService
@testable import SluiceServer

/// The service without a socket: requests as values.
@Suite("served Glue") struct ServedTests {
    private let directory: TemporaryDirectory
    private let catalog: Catalog
    private let service: TargetService<GlueHome>

    init() throws {
        directory = try TemporaryDirectory()
        catalog = try Catalog(home: directory.path("state"))
        service = GlueService.make(
            GlueHome(catalog, directory: directory.path("state"), project: directory.root, PortOptions(port: 0)))
    }

    private func call(_ operation: String, _ body: String, account: String = "000000000000") async throws -> WireValue {
        let head = RequestHead(method: "POST", target: "/", headers: HeaderFields([("X-Amz-Target", "AWSGlue.\(operation)")]))
        let request = ServiceRequest(
            id: "id", head: head, caller: Caller(account: account, region: "us-east-1"), body: RequestBody(Array(body.utf8)),
            clock: .system, signature: nil)
        guard case .bytes(let bytes) = try await service.respond(to: request).body else { return .null }
        return bytes.isEmpty ? .null : try WireFormat.json.decode(bytes)
    }

    private func code(_ operation: String, _ body: String, account: String = "000000000000") async -> String? {
        do {
            _ = try await call(operation, body, account: account)
            return nil
        } catch {
            return (error as? ServiceFault)?.code ?? "\(error)"
        }
    }

    @Test(
        "requests that no client may make",
        arguments: [
            ("CreateDatabase", "[]", "SerializationException"), ("CreateDatabase", "{", "SerializationException"),
            ("CreateDatabase", "{}", "ValidationException"), ("CreateDatabase", #"{"DatabaseInput":{"Name":""}}"#, "ValidationException"),
            ("CreateDatabase", #"{"DatabaseInput":{"Name":"../etc"}}"#, "InvalidInputException"),
            ("CreateDatabase", #"{"DatabaseInput":7}"#, "SerializationException"),
            ("CreateTable", #"{"DatabaseName":"d","TableInput":{"Name":"t","PartitionKeys":[7]}}"#, "SerializationException"),
            ("GetTable", #"{"DatabaseName":"d","Name":"t"}"#, "EntityNotFoundException"),
            ("GetTables", #"{"DatabaseName":"d","MaxResults":101}"#, "ValidationException"),
            ("GetDatabases", #"{"NextToken":"!!"}"#, "InvalidInputException"),
            ("StartCrawler", #"{"Name":"c"}"#, "EntityNotFoundException"),
            ("GetTags", #"{"ResourceArn":"arn:aws:glue:us-east-1:000000000000:schema/a/b/c/d"}"#, "InvalidInputException"),
            ("CreateConnection", "{}", "ValidationException"), ("CreateConnection", #"{"ConnectionInput":7}"#, "SerializationException"),
            (
                "CreateConnection", #"{"ConnectionInput":{"Name":"a","ConnectionType":"NOPE","ConnectionProperties":{}}}"#,
                "InvalidInputException"
            ),
            (
                "CreateConnection", #"{"ConnectionInput":{"Name":"a","ConnectionType":"STRIPE","ConnectionProperties":{"A":7}}}"#,
                "SerializationException"
            ),
            ("GetEntityRecords", #"{"ConnectionName":"n","EntityName":"e","Limit":0}"#, "ValidationException"),
            ("CreateClassifier", #"{"CsvClassifier":{"Name":"a","Delimiter":"ab"}}"#, "ValidationException"),
            ("CreateClassifier", #"{"JsonClassifier":[]}"#, "SerializationException"),
            ("CreateDataQualityRuleset", #"{"Name":"a","Ruleset":"Rules = ["}"#, "InvalidInputException"),
            ("StartDataQualityRulesetEvaluationRun", "{}", "ValidationException"),
            (
                "StartDataQualityRulesetEvaluationRun", #"{"DataSource":{},"Role":"r","RulesetNames":["a"]}"#, "InvalidInputException"
            ),
            ("BatchGetDataQualityResult", #"{"ResultIds":[]}"#, "ValidationException"),
            ("GetDataQualityResult", #"{"ResultId":"dqresult-99999999999999999999"}"#, "EntityNotFoundException"),
            (
                "StartColumnStatisticsTaskRun", #"{"DatabaseName":"d","TableName":"t","Role":"r","SampleSize":"x"}"#,
                "SerializationException"
            ),
            ("StartColumnStatisticsTaskRun", #"{"DatabaseName":"../d","TableName":"t","Role":"r"}"#, "EntityNotFoundException"),
            ("GetPlan", "{}", "InvalidArgumentException"), ("Nothing", "{}", "UnknownOperationException"),
        ])
    func refused(_ operation: String, _ body: String, _ expected: String) async throws {
        #expect(await code(operation, body) == expected)
    }

    @Test("the catalog is that of one account")
    func accounts() async throws {
        _ = try await call("CreateDatabase", #"{"DatabaseInput":{"Name":"d"}}"#)
        #expect(await code("GetDatabases", "{}", account: "111122223333") == "AccessDeniedException")
        #expect(await code("CreateDatabase", #"{"DatabaseInput":{"Name":"e"}}"#, account: "111122223333") == "AccessDeniedException")
        #expect(try catalog.databases().map(\.name) == ["d"])
    }

    @Test("tables of pipelines are told with the classes that Hive reads them with, and keep what a client adds")
    func described() async throws {
        var definition = TableDefinition(
            name: try TableName(parsing: "d.t"), columns: [CatalogColumn("a", .int64), CatalogColumn("b", .list(.string))],
            location: directory.path("state/buckets/lake/t"), format: "parquet")
        definition.tags = ["team": "x"]
        try catalog.putTable(definition)
        let table = try await call("GetTable", #"{"DatabaseName":"d","Name":"t"}"#)["Table"]
        let storage = table?["StorageDescriptor"]
        #expect(storage?["Location"] == .text("s3://lake/t"))
        #expect(
            storage?["SerdeInfo"]?["SerializationLibrary"] == .text("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"))
        #expect(table?["Parameters"]?["classification"] == .text("parquet"))
        #expect(
            storage?["Columns"]
                == .list([
                    .structure(["Name": .text("a"), "Type": .text("bigint")]),
                    .structure(["Name": .text("b"), "Type": .text("array<string>")]),
                ]))
        _ = try await call(
            "UpdateTable", #"{"DatabaseName":"d","TableInput":{"Name":"t","Owner":"ada","Parameters":{"classification":"parquet"}}}"#)
        let changed = try catalog.table(TableName(parsing: "d.t"))
        #expect(changed.version == 2 && changed.definition.owner == "ada" && changed.definition.tags == ["team": "x"])
    }

    @Test(
        "files of a client's table are read as its classes say",
        arguments: [
            (#"{"SerdeInfo":{"SerializationLibrary":"org.openx.data.jsonserde.JsonSerDe"}}"#, "{}", "json", [:]),
            (#"{"InputFormat":"org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat"}"#, "{}", "avro", [:]),
            (#"{"SerdeInfo":{"SerializationLibrary":"org.apache.hadoop.hive.serde2.avro.AvroSerDe"}}"#, "{}", "avro", [:]),
            (
                #"{"Columns":[{"Name":"a","Type":"int"}],"SerdeInfo":{"SerializationLibrary":"org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe","Parameters":{"field.delim":";"}}}"#,
                #"{"skip.header.line.count":"1"}"#, "csv",
                ["delimiter": ";", "header": #"["a"]"#, "ragged": "fit", "skip_lines": "1"]
            ),
        ] as [(String, String, String, [String: String])])
    func formats(_ storage: String, _ parameters: String, _ format: String, _ options: [String: String]) async throws {
        _ = try await call("CreateDatabase", #"{"DatabaseInput":{"Name":"d"}}"#)
        _ = try await call(
            "CreateTable",
            #"{"DatabaseName":"d","TableInput":{"Name":"t","StorageDescriptor":\#(storage),"Parameters":\#(parameters)}}"#)
        let definition = try catalog.table(TableName(parsing: "d.t")).definition
        #expect(definition.format == format && definition.formatOptions == options)
    }

    @Test(
        "crawlers see the project and the buckets alone",
        arguments: [
            ("data", "/data"), ("./data/", "/data"), ("s3://lake/a/b", "/state/buckets/lake/a/b"), ("s3://lake/", "/state/buckets/lake"),
            ("s3a://lake", "/state/buckets/lake"), ("..", nil), ("data/../..", nil), ("/etc", nil), ("s3://other/a", nil),
            ("s3://lake/../x", nil), ("s3://.sluice/x", nil), ("https://host/x", nil),
        ])
    func places(_ path: String, _ expected: String?) throws {
        try directory.makeDirectory("state/buckets/lake")
        try directory.makeDirectory("state/buckets/.sluice")
        let places = Places(buckets: directory.path("state/buckets"), project: directory.root)
        #expect((try? places.target(path)) == expected.map { directory.root + $0 })
    }
}
