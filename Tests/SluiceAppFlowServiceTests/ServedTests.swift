import SluiceBuckets
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluiceLog
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceAppFlowService
@testable import SluiceServer

/// The service without a socket: requests as values.
@Suite("served AppFlow")
struct ServedTests {
    private let directory: TemporaryDirectory
    private let buckets: BucketStore
    private let home: AppFlowHome
    private let service: RestService<AppFlowHome>

    init() async throws {
        directory = try TemporaryDirectory()
        buckets = try BucketStore(directory.path("buckets"))
        for name in ["lake", "raw"] { try await buckets.createBucket(name, owner: "000000000000", region: "us-east-1") }
        let world = AppFlowHome.World(
            try Catalog(home: directory.root), directory: directory.root, streams: StreamStore(directory: directory.path("streams")),
            connectors: .standard, buckets: buckets, isTaken: { $0 == "taken" })
        home = AppFlowHome(world, PortOptions(port: 0))
        service = AppFlowService.make(home)
    }

    func call(_ path: String, _ body: String, method: String = "POST", account: String = "000000000000") async throws -> WireValue {
        let request = ServiceRequest(
            id: "id", head: RequestHead(method: method, target: path), caller: Caller(account: account, region: "us-east-1"),
            body: RequestBody(Array(body.utf8)), clock: .system, signature: nil)
        guard case .bytes(let bytes) = try await service.respond(to: request).body else { return .null }
        return try WireFormat.json.decode(bytes)
    }

    private func fault(_ path: String, _ body: String, method: String = "POST", account: String = "000000000000") async -> ServiceFault? {
        do {
            _ = try await call(path, body, method: method, account: account)
            return nil
        } catch {
            return error as? ServiceFault
        }
    }

    func flow(
        _ name: String = "copy", trigger: String = #"{"triggerType":"OnDemand"}"#,
        tasks: String = #"[{"taskType":"Map_all","sourceFields":[]}]"#,
        output: String = #"{"fileType":"JSON"}"#, more: String = ""
    ) -> String {
        """
        {"flowName":"\(name)","triggerConfig":\(trigger),"sourceFlowConfig":{"connectorType":"S3","sourceConnectorProperties":{"S3":
        {"bucketName":"raw","bucketPrefix":"in"}}},"destinationFlowConfigList":[{"connectorType":"S3","destinationConnectorProperties":
        {"S3":{"bucketName":"lake","bucketPrefix":"out","s3OutputFormatConfig":\(output)}}}],"tasks":\(tasks)\(more)}
        """
    }

    func put(_ key: String, _ text: String) async throws {
        let file = buckets.newFile()
        try await buckets.append(Array(text.utf8), to: file)
        _ = try await buckets.put("raw", try #require(ObjectKey(key)), file, ObjectTraits())
    }

    /// Keys and texts of what is in the bucket `lake`.
    func written() throws -> [String: String] {
        let page = try buckets.list("lake", ListingRequest())
        var found: [String: String] = [:]
        for entry in page.entries {
            let key = String(decoding: entry.name, as: UTF8.self)
            found[key] = String(decoding: try DiskFiles.read(directory.path("buckets/lake/\(key)")), as: UTF8.self)
        }
        return found
    }

    /// All runs of the catalog, the newest first.
    var runs: [RunRecord] { get throws { try home.catalog.runs() } }

    func createDatabase(_ name: String) throws { try home.catalog.createDatabase(name) }

    /// The columns of a table with their types, and its rows as JSON, sorted.
    func table(_ database: String, _ name: String) async throws -> (columns: [String], rows: [String]) {
        let name = try TableName(database: database, table: name)
        let definition = try PipelineLoader.load(
            text: "name: read\nsource: {table: \(name)}\nsink: {files: \(directory.path("read")), format: json}\n",
            directory: directory.root, connectors: .standard)
        let plan = try await Planner.plan(definition, in: home.world.planContext(definition))
        _ = try await PipelineRunner(catalog: home.catalog, streams: home.world.streams, home: directory.root).run(plan)
        let lines = try DiskFiles.list(directory.path("read")).filter { $0.hasSuffix(".jsonl") }.flatMap { file in
            String(decoding: try DiskFiles.read(directory.path("read/\(file)")), as: UTF8.self).split(separator: "\n").map(String.init)
        }
        return (try home.catalog.table(name).definition.columns.map { "\($0.name) \($0.type)" }, lines.sorted())
    }

    /// Runs a flow to its end.
    func run(_ name: String = "copy") async throws -> WireValue {
        let id = try await call("/start-flow", #"{"flowName":"\#(name)"}"#)["executionId"]?.string
        await home.runs.wait(for: name)
        let records = try await call("/describe-flow-execution-records", #"{"flowName":"\#(name)"}"#)
        return try #require(records["flowExecutions"]?.elements.first { $0["executionId"]?.string == id })
    }

    @Test("a profile whose address nobody answers is refused with the cause") func unreachable() async throws {
        let body = """
            {"connectorProfileName":"crm","connectorType":"Salesforce","connectionMode":"Public","connectorProfileConfig":
            {"connectorProfileProperties":{"Salesforce":{"instanceUrl":"http://127.0.0.1:9"}},
            "connectorProfileCredentials":{"Salesforce":{"accessToken":"hidden-token"}}}}
            """
        let fault = await fault("/create-connector-profile", body)
        #expect(fault?.code == "ConnectorAuthenticationException", "\(String(describing: fault))")
        #expect(fault?.message.contains("connection refused: nothing listens there") == true, "\(String(describing: fault))")
    }

    @Test("a flow runs from bucket to bucket, with tasks that change its rows") func tasks() async throws {
        try await put("in/a.csv", "id,name,mail,n\n1,Ada Byron,ada@x.org,10\n2,Bob,bob@x.org,0\n3,Eve,,7\n")
        let tasks = """
            [{"taskType":"Map","sourceFields":["id"],"destinationField":"key","connectorOperator":{"S3":"NO_OP"}},
            {"taskType":"Map","sourceFields":["name"],"destinationField":"name"},
            {"taskType":"Mask","sourceFields":["mail"],"connectorOperator":{"S3":"MASK_FIRST_N"},"taskProperties":{"MASK_LENGTH":"3"}},
            {"taskType":"Truncate","sourceFields":["name"],"taskProperties":{"TRUNCATE_LENGTH":"3"}},
            {"taskType":"Merge","sourceFields":["name","mail"],"destinationField":"both","taskProperties":{"CONCAT_FORMAT":"${name}<${mail}>"}},
            {"taskType":"Arithmetic","sourceFields":["n","id"],"destinationField":"sum","connectorOperator":{"S3":"ADDITION"},
            "taskProperties":{"MATH_OPERATION_FIELDS_ORDER":"n,id"}},
            {"taskType":"Validate","sourceFields":["mail"],"connectorOperator":{"S3":"VALIDATE_NON_NULL"},
            "taskProperties":{"VALIDATION_ACTION":"DropRecord"}},
            {"taskType":"Filter","sourceFields":["n"],"connectorOperator":{"S3":"GREATER_THAN"},"taskProperties":{"DATA_TYPE":"int","VALUE":"-1"}}]
            """
        _ = try await call("/create-flow", flow(tasks: tasks))
        let record = try await run()
        #expect(record["executionStatus"]?.string == "Successful", "\(record.json)")
        #expect(record["executionResult"]?["recordsProcessed"]?.whole == 2)
        let text = try #require(written().values.first)
        let rows = text.split(separator: "\n").compactMap { WireValue(json: String($0)) }
        #expect(rows.map { $0["key"]?.string } == ["1", "2"] && rows.map { $0["name"]?.string } == ["Ada", "Bob"], "\(text)")
        #expect(
            rows.map { $0["mail"]?.string } == ["***@x.org", "***@x.org"] && rows.map { $0["sum"] } == [.real(11), .real(2)], "\(text)")
        #expect(rows[0]["both"]?.string == "Ada<***@x.org>")
    }

    @Test("keys are made of prefix, flow, version, execution and time") func keys() async throws {
        try await put("in/a.csv", "id\n1\n")
        let output = """
            {"fileType":"CSV","prefixConfig":{"prefixType":"PATH_AND_FILENAME","prefixFormat":"DAY","pathPrefixHierarchy":
            ["SCHEMA_VERSION","EXECUTION_ID"]},"aggregationConfig":{"aggregationType":"SingleFile"}}
            """
        _ = try await call("/create-flow", flow(output: output))
        let id = try #require(try await run()["executionId"]?.string)
        let key = try #require(written().keys.first)
        let parts = key.split(separator: "/").map(String.init)
        #expect(parts.prefix(4) == ["out", "copy", "schema_version=1", id] && parts.count == 8, "\(key)")
        let day = parts[4..<7].joined(separator: "-")
        #expect(parts[7].hasPrefix("\(day)-\(id)-") && parts[7].hasSuffix(".csv"), "\(key)")
    }

    @Test("a reference to a secret in a request stays the text that it is") func references() async throws {
        try await put("in/a.csv", "id,name\n1,a\n")
        let tasks = """
            [{"taskType":"Map_all","sourceFields":[]},{"taskType":"Filter","sourceFields":["name"],"connectorOperator":{"S3":"NOT_EQUAL_TO"},
            "taskProperties":{"DATA_TYPE":"string","VALUE":"${secret:password}"}}]
            """
        _ = try await call("/create-flow", flow(tasks: tasks))
        #expect(try await run()["executionStatus"]?.string == "Successful")
    }

    @Test("an incremental schedule reads an object whenever it was put, and ends when too many runs fail") func schedule() async throws {
        let trigger = """
            {"triggerType":"Scheduled","triggerProperties":{"Scheduled":{"scheduleExpression":"rate(5minutes)","dataPullMode":"Incremental",
            "flowErrorDeactivationThreshold":1}}}
            """
        let made = try await call("/create-flow", flow(trigger: trigger))
        #expect(made["flowStatus"]?.string == "Draft")
        #expect(try await call("/start-flow", #"{"flowName":"copy"}"#)["flowStatus"]?.string == "Active")
        try await put("in/a.csv", "id\n1\n2\n")
        #expect(try await rowsOfRun() == 2)
        try await put("in/b.csv", "id\n3\n")
        #expect(try await rowsOfRun() == 1)
        try await put("in/a.csv", "id\n1\n2\n4\n")
        #expect(try await rowsOfRun() == 3)
        #expect(try await rowsOfRun() == 0)
        _ = try await call("/stop-flow", #"{"flowName":"copy"}"#)
        #expect(try await call("/describe-flow", #"{"flowName":"copy"}"#)["flowStatus"]?.string == "Suspended")
        #expect(await fault("/stop-flow", #"{"flowName":"copy"}"#)?.code == "ConflictException")
        _ = try await call("/start-flow", #"{"flowName":"copy"}"#)
        for object in try written().keys { _ = try await buckets.delete("lake", try #require(ObjectKey(object))) }
        try await buckets.deleteBucket("lake")
        _ = try await rowsOfRun()
        let failed = try home.flow("copy")
        #expect(failed.status == .suspended && failed.failures == 1 && failed.statusMessage != nil)
        #expect(try home.executions(of: "copy").first?.message?.contains("lake") == true)
    }

    /// What one execution of the scheduled flow moves.
    private func rowsOfRun() async throws -> Int64? {
        _ = try home.runs.start(try home.flow("copy"), clientToken: nil, home)
        await home.runs.wait(for: "copy")
        return try home.executions(of: "copy").first?.rows
    }

    @Test("ticks are run once, offsets move them, and one of those that were missed is made up for") func ticks() throws {
        func flow(_ rules: String) throws -> FlowRecord {
            let document = try #require(
                WireValue(
                    json: #"{"triggerConfig":{"triggerType":"Scheduled","triggerProperties":{"Scheduled":{\#(rules)}}}}"#))
            return FlowRecord(name: "f", document: document, status: .active, micros: 1_000_000_000, person: "", clientToken: nil)
        }
        var every = try flow(#""scheduleExpression":"rate(1minutes)","scheduleOffset":30"#)
        let schedule = try #require(try FlowSchedule(every))
        #expect(schedule.next(every) == 1_030)
        every.tick = schedule.last(every, 1_030)
        #expect(every.tick == 1_000 && schedule.next(every) == 1_090)
        // A server that comes an hour later runs the latest tick alone.
        every.tick = schedule.last(every, 4_700)
        #expect(every.tick == 4_660 && schedule.next(every) == 4_750)
        let past = try flow(#""scheduleExpression":"rate(1 hour)","scheduleEndTime":900"#)
        #expect(try FlowSchedule(past)?.isEmpty(past) == true)
        let wrong = try flow(#""scheduleExpression":"whenever""#)
        #expect(throws: ServiceFault.self) { try FlowSchedule(wrong) }
    }

    @Test("client tokens make one of two requests") func tokens() async throws {
        try await put("in/a.csv", "id\n1\n")
        let token = #","clientToken":"t""#
        _ = try await call("/create-flow", flow(more: token))
        _ = try await call("/create-flow", flow(more: token))
        #expect(await fault("/create-flow", flow(tasks: "[]", more: token))?.code == "ConflictException")
        #expect(await fault("/create-flow", flow())?.code == "ConflictException")
        let first = try await call("/start-flow", #"{"flowName":"copy","clientToken":"s"}"#)["executionId"]
        await home.runs.wait(for: "copy")
        #expect(try await call("/start-flow", #"{"flowName":"copy","clientToken":"s"}"#)["executionId"] == first)
        #expect(try home.executions(of: "copy").count == 1)
        // A token is one of its flow.
        _ = try await call("/create-flow", flow(more: token).replacing(#""copy""#, with: #""other""#))
        let second = try await call("/start-flow", #"{"flowName":"other","clientToken":"s"}"#)["executionId"]
        #expect(second != nil && second != first)
        await home.runs.wait(for: "other")
    }

    @Test("what an ended server had committed is delivered by the next one") func resumed() async throws {
        _ = try await call("/create-flow", flow())
        let flow = try home.flow("copy")
        let execution = ExecutionRecord(id: "lost", flow: "copy", micros: home.clock.nowMicros(), clientToken: nil)
        try home.store(execution)
        let folder = home.folders(of: flow).output
        try DiskFiles.createDirectories(folder)
        try DiskFiles.writeAtomically("{\"id\":1}\n".utf8, to: folder + "/part-RUN-000-00000.json")
        try await home.begin()
        await home.close()
        #expect(try written() == ["out/copy/lost-RUN-000-00000.json": "{\"id\":1}\n"])
        #expect(try home.executions(of: "copy").map(\.status) == [.failed])
        #expect(try DiskFiles.list(folder).isEmpty)
    }

    @Test(
        "requests that are refused, by the error's name",
        arguments: [
            ("/create-flow", "{}", "ValidationException", 400), ("/create-flow", "[]", "SerializationException", 400),
            ("/create-flow", "{", "SerializationException", 400), ("/start-flow", #"{"flowName":"x y"}"#, "ValidationException", 400),
            ("/start-flow", #"{"flowName":7}"#, "SerializationException", 400),
            ("/start-flow", #"{"flowName":"none"}"#, "ResourceNotFoundException", 404),
            ("/list-flows", #"{"maxResults":101}"#, "ValidationException", 400),
            ("/list-flows", #"{"nextToken":"eA=="}"#, "ValidationException", 400),
            ("/describe-connector", #"{"connectorType":"Snowflake"}"#, "ValidationException", 400),
            ("/describe-connector", #"{"connectorType":"CustomConnector","connectorLabel":"nobody"}"#, "ResourceNotFoundException", 404),
            ("/list-connector-entities", "{}", "ValidationException", 400),
            (
                "/register-connector",
                #"{"connectorLabel":"x1","connectorProvisioningConfig":{"lambda":{"lambdaArn":"arn:aws:lambda:us-east-1:000000000000:function:my"}}}"#,
                "ConnectorServerException", 400
            ), ("/nothing", "{}", "UnknownOperationException", 404),
        ])
    func refused(_ path: String, _ body: String, _ code: String, _ status: Int) async {
        let fault = await fault(path, body)
        #expect(fault?.code == code && fault?.status == status, "\(fault.map { "\($0)" } ?? "taken")")
    }

    @Test("flows that cannot act are refused when they are made") func refusedFlows() async throws {
        let event = await fault("/create-flow", flow(trigger: #"{"triggerType":"Event"}"#))
        #expect(event?.code == "ValidationException" && event?.message.contains("Event") == true)
        let twoInOne = #"{"aggregationConfig":{"aggregationType":"SingleFile","targetFileSize":5}}"#
        #expect(await fault("/create-flow", flow(output: twoInOne))?.code == "ValidationException")
        #expect(await fault("/create-flow", flow(tasks: #"[{"taskType":"Truncate","sourceFields":["a"]}]"#))?.code == "ValidationException")
        #expect(await fault("/create-flow", flow("taken"))?.code == "ConflictException")
        let elsewhere = flow().replacing(#""bucketName":"lake""#, with: #""bucketName":"other""#)
        #expect(await fault("/create-flow", elsewhere)?.message.contains("other") == true)
        let outside = flow().replacing(#""bucketPrefix":"in""#, with: #""bucketPrefix":"../../x""#)
        #expect(await fault("/create-flow", outside)?.code == "ValidationException")
        #expect(try home.flows().isEmpty)
        #expect(await fault("/list-flows", "{}", account: "111122223333")?.status == 403)
    }

    @Test("names of clients become names of Sluice, and two never become one")
    func names() {
        #expect(HouseName.of("orders-2") == "orders-2")
        #expect(HouseName.of("a.b") != HouseName.of("a-b") && HouseName.of("a.b") != HouseName.of("a!b"))
        #expect(DefinitionNode.isName(HouseName.of("#@!/" + String(repeating: "x", count: 252))))
    }
}
