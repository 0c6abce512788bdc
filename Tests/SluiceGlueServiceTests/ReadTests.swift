import SluiceCatalog
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceGlueService
@testable import SluiceServer

/// What clients are told while others change the catalog: each answer has all that was committed before its call.
@Suite("reads of the served Glue") struct ReadTests {
    private let directory: TemporaryDirectory
    private let service: TargetService<GlueHome>
    /// The catalog through another connection, as commands have it.
    private let other: Catalog

    init() throws {
        directory = try TemporaryDirectory()
        let catalog = try Catalog(home: directory.path("state"))
        other = try Catalog(home: directory.path("state"))
        service = GlueService.make(
            GlueHome(catalog, directory: directory.path("state"), project: directory.root, PortOptions(port: 0)))
    }

    @discardableResult
    private func call(_ operation: String, _ body: String, type: String = "application/x-amz-json-1.1") async throws -> WireValue {
        let fields = [("X-Amz-Target", "AWSGlue.\(operation)"), ("Content-Type", type)]
        let head = RequestHead(method: "POST", target: "/", headers: HeaderFields(fields))
        let format = type.hasSuffix("cbor-1.1") ? WireFormat.cbor : .json
        let bytes = format == .json ? Array(body.utf8) : format.encode(try WireFormat.json.decode(Array(body.utf8)))
        let request = ServiceRequest(
            id: "id", head: head, caller: Caller(account: "000000000000", region: "us-east-1"), body: RequestBody(bytes),
            clock: .system, signature: nil)
        guard case .bytes(let answer) = try await service.respond(to: request).body, !answer.isEmpty else { return .null }
        return try format.decode(answer)
    }

    private func code(_ operation: String, _ body: String) async -> String? {
        do {
            try await call(operation, body)
            return nil
        } catch {
            return (error as? ServiceFault)?.code ?? "\(error)"
        }
    }

    private static let table = #"{"DatabaseName":"d","Name":"t"}"#
    private static let partitions = #"{"DatabaseName":"d","TableName":"t"}"#

    private func columns() async throws -> [String] {
        let table = try await call("GetTable", Self.table)
        return table["Table"]?["StorageDescriptor"]?["Columns"]?.elements.compactMap { $0["Name"]?.string } ?? []
    }

    private func values() async throws -> [[String]] {
        try await call("GetPartitions", Self.partitions)["Partitions"]?.elements.map { $0["Values"]?.texts ?? [] } ?? []
    }

    private func makeTable(_ columns: String..., at location: String = "s3://lake/t/") async throws {
        let given = columns.map { #"{"Name":"\#($0)","Type":"int"}"# }.joined(separator: ",")
        try await call(
            "CreateTable",
            #"{"DatabaseName":"d","TableInput":{"Name":"t","PartitionKeys":[{"Name":"day","Type":"string"}],"StorageDescriptor":"#
                + #"{"Location":"\#(location)","Columns":[\#(given)]}}}"#)
    }

    private func makePartitions(_ days: String..., bucket: String = "lake") async throws {
        let given = days.map { #"{"Values":["\#($0)"],"StorageDescriptor":{"Location":"s3://\#(bucket)/t/day=\#($0)/"}}"# }
        let answer = try await call(
            "BatchCreatePartition",
            #"{"DatabaseName":"d","TableName":"t","PartitionInputList":[\#(given.joined(separator: ","))]}"#)
        #expect(answer["Errors"]?.elements == [])
    }

    @Test("a table that another connection changes, drops and makes anew is told as it is")
    func tables() async throws {
        let name = try TableName(parsing: "d.t")
        #expect(await code("GetTable", Self.table) == "EntityNotFoundException")
        try await call("CreateDatabase", #"{"DatabaseInput":{"Name":"d"}}"#)
        #expect(await code("GetTable", Self.table) == "EntityNotFoundException")
        try await makeTable("a", "b")
        #expect(try await columns() == ["a", "b"])
        _ = try other.changeTable(name) { $0.columns.append(CatalogColumn("c", .string)) }
        #expect(try await columns() == ["a", "b", "c"])
        // What is no new version is a change nevertheless.
        _ = try other.changeTable(name) { $0.comment = "e\u{301}" }
        _ = try other.changeTable(name) { $0.comment = "é" }
        let told = try await call("GetTable", Self.table)["Table"]
        #expect(told?["Description"]?.string.map { Array($0.utf8) } == Array("é".utf8) && told?["VersionId"] == .text("2"))
        try other.dropTable(name)
        #expect(await code("GetTable", Self.table) == "EntityNotFoundException")
        #expect(await code("GetPartitions", Self.partitions) == "EntityNotFoundException")
        try await makeTable("z")
        #expect(try await columns() == ["z"])
        #expect(try await call("GetTable", Self.table)["Table"]?["VersionId"] == .text("1"))
        try other.dropDatabase("d", withTables: true)
        #expect(await code("GetDatabase", #"{"Name":"d"}"#) == "EntityNotFoundException")
    }

    @Test("versions are those that there are, also behind an update, a rollback and a deletion elsewhere")
    func versions() async throws {
        let name = try TableName(parsing: "d.t")
        try await call("CreateDatabase", #"{"DatabaseInput":{"Name":"d"}}"#)
        try await makeTable("a")
        try await call(
            "UpdateTable",
            #"{"DatabaseName":"d","TableInput":{"Name":"t","PartitionKeys":[{"Name":"day","Type":"string"}],"StorageDescriptor":"#
                + #"{"Columns":[{"Name":"b","Type":"int"}]}}}"#)
        #expect(try await columns() == ["b"])
        _ = try other.rollback(name, to: 1)
        #expect(try await columns() == ["a"])
        func numbers() async throws -> [String] {
            try await call("GetTableVersions", Self.partitions)["TableVersions"]?.elements.compactMap { $0["VersionId"]?.string } ?? []
        }
        #expect(try await numbers() == ["3", "2", "1"])
        _ = try other.deleteVersions([2], of: name)
        #expect(try await numbers() == ["3", "1"])
        #expect(try await columns() == ["a"])
    }

    @Test("partitions that another connection adds, changes and drops are told as they are")
    func partitions() async throws {
        let name = try TableName(parsing: "d.t")
        try await call("CreateDatabase", #"{"DatabaseInput":{"Name":"d"}}"#)
        try await makeTable("a")
        #expect(try await values() == [])
        try await makePartitions("1", "2", "3")
        #expect(try await values() == [["1"], ["2"], ["3"]])
        _ = try other.dropPartitions([["2"]], of: name)
        #expect(try await values() == [["1"], ["3"]])
        try other.putPartitions([PartitionDefinition(values: ["0"], location: "/elsewhere")], of: name)
        _ = try other.changePartition(["3"], of: name, to: PartitionDefinition(values: ["4"], location: "/moved"))
        #expect(try await values() == [["0"], ["1"], ["4"]])
        let one = #"{"DatabaseName":"d","TableName":"t","PartitionValues":["4"]}"#
        #expect(try await call("GetPartition", one)["Partition"]?["StorageDescriptor"]?["Location"] == .text("/moved"))
        _ = try other.dropPartitions([["4"]], of: name)
        #expect(await code("GetPartition", one) == "EntityNotFoundException")
        // Partitions without columns of their own have those of the table, which is another by now.
        _ = try other.changeTable(name) { $0.columns = [CatalogColumn("new", .int8)] }
        let told = try await call("GetPartitions", Self.partitions)["Partitions"]?.elements.first?["StorageDescriptor"]
        #expect(told?["Columns"] == .list([.structure(["Name": .text("new"), "Type": .text("tinyint")])]))
    }

    @Test("locations are told as they were given while their bucket is there, and by their place when it is gone")
    func locations() async throws {
        try directory.makeDirectory("state/buckets/lake")
        try await call("CreateDatabase", #"{"DatabaseInput":{"Name":"d"}}"#)
        try await makeTable("a")
        try await makePartitions("1", "2")
        try await makePartitions("3", bucket: "other")
        func told() async throws -> [String?] {
            try await call("GetPartitions", Self.partitions)["Partitions"]?.elements.map { $0["StorageDescriptor"]?["Location"]?.string }
                ?? []
        }
        #expect(try await told() == ["s3://lake/t/day=1/", "s3://lake/t/day=2/", "s3://other/t/day=3/"])
        #expect(try await call("GetTable", Self.table)["Table"]?["StorageDescriptor"]?["Location"] == .text("s3://lake/t/"))
        try DiskFiles.removeTree(directory.path("state/buckets/lake"))
        #expect(try await told() == ["s3://lake/t/day=1", "s3://lake/t/day=2", "s3://other/t/day=3/"])
        #expect(try await call("GetTable", Self.table)["Table"]?["StorageDescriptor"]?["Location"] == .text("s3://lake/t"))
    }

    @Test("pages, segments and expressions tell the same partitions, in JSON and in CBOR")
    func pages() async throws {
        try await call("CreateDatabase", #"{"DatabaseInput":{"Name":"d"}}"#)
        try await makeTable("a", "b")
        try await makePartitions("1", "2", "3", "4", "5")
        let whole = try await call("GetPartitions", Self.partitions)["Partitions"]?.elements ?? []
        #expect(whole.count == 5 && whole[0]["CatalogId"] == .text("000000000000"))
        #expect(whole[4]["StorageDescriptor"]?["Columns"]?.elements.count == 2 && whole[4]["Parameters"] == .object([]))
        var paged: [WireValue] = []
        var token = ""
        repeat {
            let page = try await call(
                "GetPartitions", #"{"DatabaseName":"d","TableName":"t","MaxResults":2,"NextToken":"\#(token)"}"#)
            paged += page["Partitions"]?.elements ?? []
            token = page["NextToken"]?.string ?? ""
        } while !token.isEmpty
        #expect(paged == whole)
        let picked = try await call("GetPartitions", #"{"DatabaseName":"d","TableName":"t","Expression":"day > '3'"}"#)
        #expect(picked["Partitions"]?.elements == Array(whole.suffix(2)))
        var segmented: [[String]] = []
        for number in 0..<3 {
            let part = try await call(
                "GetPartitions",
                #"{"DatabaseName":"d","TableName":"t","Segment":{"SegmentNumber":\#(number),"TotalSegments":3}}"#)
            segmented += part["Partitions"]?.elements.map { $0["Values"]?.texts ?? [] } ?? []
        }
        #expect(segmented.sorted { $0[0] < $1[0] } == [["1"], ["2"], ["3"], ["4"], ["5"]])
        let bare = try await call("GetPartitions", #"{"DatabaseName":"d","TableName":"t","ExcludeColumnSchema":true}"#)
        #expect(bare["Partitions"]?.elements.allSatisfy { $0["StorageDescriptor"]?["Columns"] == nil } == true)
        let many = try await call(
            "BatchGetPartition",
            #"{"DatabaseName":"d","TableName":"t","PartitionsToGet":[{"Values":["4"]},{"Values":["9"]},{"Values":["1"]}]}"#)
        #expect(many["Partitions"]?.elements == [whole[3], whole[0]] && many["UnprocessedKeys"] == .list([]))
        let cbor = try await call("GetPartitions", Self.partitions, type: "application/x-amz-cbor-1.1")["Partitions"]?.elements ?? []
        #expect(cbor.map { $0["Values"] } == whole.map { $0["Values"] })
        #expect(cbor.map { $0["StorageDescriptor"] } == whole.map { $0["StorageDescriptor"] })
        guard case .time? = cbor.first?["CreationTime"] else {
            Issue.record("no time: \(cbor)")
            return
        }
    }

    @Test("reads of single things are short; what may take long, or changes something, is not")
    func short() {
        for name in ["GetTable", "GetDatabase", "GetPartition", "GetPartitions"] { #expect(service.isShort(name), "\(name)") }
        for name in ["GetTables", "SearchTables", "CreateTable", "BatchCreatePartition", "StartCrawler", "Unknown"] {
            #expect(!service.isShort(name), "\(name)")
        }
    }
}
