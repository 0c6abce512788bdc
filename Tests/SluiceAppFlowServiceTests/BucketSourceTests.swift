import SluiceCatalog
import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceAppFlowService

/// Objects of a bucket as a source: their values arrive as they are written, and none is left out.
@Suite("AppFlow from buckets")
struct BucketSourceTests {
    private let served: ServedTests
    private let json =
        #","sourceFlowConfig":{"connectorType":"S3","sourceConnectorProperties":{"S3":{"bucketName":"raw","#
        + #""bucketPrefix":"in","s3InputFormatConfig":{"s3InputFileType":"JSON"}}}}"#

    init() async throws { served = try await ServedTests() }

    /// The rows of what was written, in the order of its keys.
    private func rows() throws -> [WireValue] {
        try served.written().sorted { $0.key < $1.key }.flatMap { $0.value.split(separator: "\n") }.compactMap {
            WireValue(json: String($0))
        }
    }

    private func runs(_ flow: String) async throws -> WireValue {
        _ = try await served.call("/create-flow", flow)
        let record = try await served.run()
        #expect(record["executionStatus"]?.string == "Successful", "\(record.json)")
        return record
    }

    @Test("fields of CSV are the texts that they are") func texts() async throws {
        try await served.put("in/a.csv", "id,price,flag,at,code\n1,10.50,TRUE,2024-01-05T10:00:00.000+01:00,007\n")
        try await served.put("in/b.csv", "id,price,extra\nx,0.12345678901234567890,e\n")
        _ = try await runs(served.flow())
        let found = try rows()
        #expect(
            found.first { $0["id"]?.string == "1" }.map { [$0["price"]?.string, $0["flag"]?.string, $0["at"]?.string, $0["code"]?.string] }
                == ["10.50", "TRUE", "2024-01-05T10:00:00.000+01:00", "007"])
        #expect(
            found.first { $0["id"]?.string == "x" }.map { [$0["price"]?.string, $0["extra"]?.string] } == ["0.12345678901234567890", "e"])
    }

    @Test("fields and kinds of values of JSON are read wherever they come up") func late() async throws {
        let many = (0..<20_100).map { "{\"id\":\($0),\"day\":\"2024-01-05\"}\n" }.joined()
        try await served.put("in/a.json", many + "{\"id\":\"last\",\"day\":\"2024-01-05\",\"late\":7}\n")
        let record = try await runs(
            served.flow().replacing(
                #","sourceFlowConfig":{"connectorType":"S3","sourceConnectorProperties":{"S3":"#
                    + "\n" + #"{"bucketName":"raw","bucketPrefix":"in"}}}"#, with: json))
        #expect(record["executionResult"]?["recordsProcessed"]?.whole == 20_101)
        let last = try #require(try rows().first { $0["id"]?.string == "last" })
        #expect(last["late"]?.whole == 7 && last["day"]?.string == "2024-01-05")
        #expect(try rows().first { $0["id"]?.whole == 5 } != nil)
    }

    @Test("a registered table holds the objects of all executions, also where a field has changed its kind or is gone")
    func otherKind() async throws {
        try served.createDatabase("sales")
        let flow = served.flow(
            output: #"{"fileType":"PARQUET"}"#,
            more:
                #","metadataCatalogConfig":{"glueDataCatalog":{"roleArn":"arn:aws:iam::000000000000:role/r","databaseName":"sales","tablePrefix":"raw"}}"#
        ).replacing(
            #","sourceFlowConfig":{"connectorType":"S3","sourceConnectorProperties":{"S3":"#
                + "\n" + #"{"bucketName":"raw","bucketPrefix":"in"}}}"#, with: json)
        try await served.put("in/a.json", "{\"id\":1,\"v\":5,\"gone\":true}\n")
        _ = try await runs(flow)
        try await served.put("in/a.json", "{\"id\":2,\"v\":\"five\"}\n")
        _ = try await served.run()
        try await served.put("in/a.json", "{\"id\":3,\"v\":6.5}\n{\"id\":4,\"v\":\"six\"}\n")
        let last = try await served.run()
        #expect(last["metadataCatalogDetails"]?.elements.first?["tableRegistrationOutput"]?["status"]?.string == "Successful")
        let (columns, rows) = try await served.table("sales", "raw_copy")
        #expect(columns == ["id int64", "v choice<int64, string, float64>", "gone boolean"])
        #expect(
            rows == [
                #"{"id":1,"v":5,"gone":true}"#, #"{"id":2,"v":"five","gone":null}"#, #"{"id":3,"v":6.5,"gone":null}"#,
                #"{"id":4,"v":"six","gone":null}"#,
            ])
    }

    @Test("tasks that judge and compute take texts for the numbers that they are") func numbers() async throws {
        try await served.put("in/a.csv", "id,qty,price\n1,2,10.50\n2,0,3\n3,-1,3\n4,,3\n")
        let tasks = """
            [{"taskType":"Map_all","sourceFields":[]},
            {"taskType":"Arithmetic","sourceFields":["qty","price"],"destinationField":"sum","connectorOperator":{"S3":"MULTIPLICATION"}},
            {"taskType":"Validate","sourceFields":["qty"],"connectorOperator":{"S3":"VALIDATE_NON_ZERO"},
            "taskProperties":{"VALIDATION_ACTION":"DropRecord"}},
            {"taskType":"Validate","sourceFields":["qty"],"connectorOperator":{"S3":"VALIDATE_NON_NEGATIVE"},
            "taskProperties":{"VALIDATION_ACTION":"DropRecord"}}]
            """
        _ = try await runs(served.flow(tasks: tasks))
        let found = try rows()
        #expect(found.map { $0["id"]?.string } == ["1", "4"])
        #expect(found.first?["price"]?.string == "10.50" && found.first?["sum"] == .real(21) && found.last?["sum"]?.string == nil)
    }

    @Test("what is wrong with a bucket is told by its address, and not by a folder of the server") func missing() async throws {
        _ = try await served.call("/create-flow", served.flow())
        let message = try #require(try await served.run()["executionResult"]?["errorInfo"]?["executionMessage"]?.string)
        #expect(message.contains("s3://raw/in") && !message.contains("/buckets/"), "\(message)")
        // It is a run of the flow's history, too.
        let runs = try served.runs
        #expect(runs.map(\.state) == [.failed] && runs.first?.failure?.message.isEmpty == false)
    }

    @Test("a record that ends an execution is told with its object and line") func place() async throws {
        try await served.put("in/a.csv", "id,name\n1,a\n")
        try await served.put("in/b.csv", "id,name\n2,b\n3,\"c\n")
        _ = try await served.call("/create-flow", served.flow())
        let message = try #require(try await served.run()["executionResult"]?["errorInfo"]?["executionMessage"]?.string)
        #expect(message.hasPrefix("s3://raw/in/b.csv:3:3: "), "\(message)")
    }

    @Test("a flow without tasks is refused") func noTasks() async throws {
        await #expect(throws: ServiceFault.self) { try await served.call("/create-flow", served.flow(tasks: "[]")) }
    }
}
