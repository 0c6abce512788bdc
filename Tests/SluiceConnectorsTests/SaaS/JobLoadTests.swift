import SluiceCatalog
import SluiceCore
import SluiceJSON
import SluiceMocks
import SluicePipelines
import SluiceSaaS
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// Writing by jobs of a service's bulk interface.
@Suite("writing by jobs")
struct JobLoadTests {
    private let bench: Workbench
    private let server: MockServer

    init() throws {
        bench = try Workbench()
        // Its time stands still, so that nothing changes but by the test.
        var mock = MockServer.Settings { 0 }
        mock.isStrict = true
        server = try MockServer(["salesforce"], mock)
        _ = try ConnectionStore(bench.catalog).set(
            "mock", connector: "salesforce", settings: ["domain": "acme"], secrets: ["access_token": "mock-access-token"],
            address: "\(server.address)/salesforce")
    }

    private func options(_ more: String) -> String { "salesforce: accounts\nconnection: mock\n\(more)" }

    private func batch(_ names: [String]) throws -> Batch {
        try makeBatch([
            ("Name", .string, names.map { .string($0) }),
            ("NumberOfEmployees", .int64, names.indices.map { $0 % 2 == 0 ? .integer(Int64($0)) : .null }),
        ])
    }

    private func write(_ sink: String, _ batches: [Batch]) async throws {
        try await bench.run(try await bench.sink(options(sink)), batches[0].schema, [batches])
    }

    private func names() -> [String] { server.records("salesforce", "accounts").dropFirst(10).compactMap { $0["Name"]?.string } }
    private func requests(_ method: String, _ part: String) -> Int {
        server.journal.filter { $0.method == method && $0.target.contains(part) && $0.status < 300 }.count
    }

    @Test("rows become accounts by one job; texts with quotes, commas and line ends stay as they are") func create() async throws {
        let texts = ["Ann \"the\" one", "a,b", "two\nlines", "Zoë", "Zoë"]
        try await write("mode: create\nbulk: always", [batch(texts)])
        #expect(names() == texts)
        #expect(requests("POST", "/jobs/ingest") == 1)
        #expect(server.violations.map(\.violation) == [])
    }

    @Test("few rows are sent one by one, many by a job", arguments: [(999, 0), (1_000, 1), (2_500, 1)])
    func auto(_ count: Int, _ jobs: Int) async throws {
        let batches = try stride(from: 0, to: count, by: 500).map { first in
            try batch((first..<min(count, first + 500)).map { "n\($0)" })
        }
        try await write("mode: create", batches)
        #expect(names() == (0..<count).map { "n\($0)" })
        #expect(requests("POST", "/jobs/ingest") == jobs)
        #expect(requests("POST", "/sobjects/Account") == (jobs == 0 ? count : 0))
    }

    @Test(
        "a null and an empty text clear the field of a record that there is, by requests and by jobs",
        arguments: ["never", "always"], [Value.null, .string("")])
    func nulls(_ bulk: String, _ cleared: Value) async throws {
        let ids = server.records("salesforce", "accounts").compactMap { $0["Id"]?.string }
        func phones(_ values: [Value]) throws -> Batch {
            try makeBatch([("Id", .string, [.string(ids[3]), .string(ids[4])]), ("Phone", .string, values)])
        }
        try await write("mode: update\nbulk: \(bulk)", [phones([.string("555"), .string("556")])])
        #expect(server.records("salesforce", "accounts")[3]["Phone"]?.string == "555")
        try await write("mode: update\nbulk: \(bulk)", [phones([cleared, .string("557")])])
        let records = server.records("salesforce", "accounts")
        let phone = records[3]["Phone"]?.string ?? ""
        #expect(phone.isEmpty)
        #expect(records[4]["Phone"]?.string == "557")
    }

    @Test("an upsert whose key is null is refused by the service, and clears fields of others") func nullKeys() async throws {
        let names: (String, DataType, [Value]) = ("Name", .string, [.string("New"), .string("Old")])
        func keyed(_ keys: [Value], _ phones: [Value]) throws -> Batch {
            try makeBatch([("External_Id__c", .string, keys), names, ("Phone", .string, phones)])
        }
        try await write("mode: upsert\nkey: External_Id__c", [keyed([.string("x1"), .string("x2")], [.string("1"), .string("2")])])
        do {
            try await write("mode: upsert\nkey: External_Id__c", [keyed([.string("x1"), .null], [.null, .string("3")])])
            Issue.record("a record without a key was taken")
        } catch let error as SluiceError {
            #expect(error.code.name == "request-refused" && error.message.contains("MISSING_ARGUMENT"), "\(error.message)")
        }
        let made = server.records("salesforce", "accounts").dropFirst(10)
        #expect(made.map { $0["Phone"]?.string } == [nil, "2"])
    }

    @Test("updates, upserts and removals meet the record of their key") func keyed() async throws {
        let ids = server.records("salesforce", "accounts").compactMap { $0["Id"]?.string }
        let changed = try makeBatch([("Id", .string, [.string(ids[1])]), ("Industry", .string, [.string("Fishing")])])
        try await write("mode: update\nbulk: always", [changed])
        let external = try makeBatch([("External_Id__c", .string, [.string("x1")]), ("Name", .string, [.string("New")])])
        try await write("mode: upsert\nkey: External_Id__c", [external])
        let again = try makeBatch([("External_Id__c", .string, [.string("x1")]), ("Name", .string, [.string("Newer")])])
        try await write("mode: upsert\nkey: External_Id__c", [again])
        try await write("mode: delete", [try makeBatch([("Id", .string, [.string(ids[2])])])])
        let records = server.records("salesforce", "accounts")
        #expect(records[1]["Industry"]?.string == "Fishing")
        #expect(names() == ["Newer"])
        #expect(records[2]["IsDeleted"] == .boolean(true))
    }

    @Test("rows that are refused go into a file as they were, each with its reason; without one the run ends") func refused() async throws {
        let rows = try batch(["Ann", "", "Bob"])
        await #expect(throws: SluiceError.self) { try await write("mode: create\nbulk: always", [rows]) }
        try await write("mode: create\nbulk: always\nerrors: refused.jsonl", [rows])
        // What the job of the run that failed has written is not sent again; what it refused is.
        #expect(names() == ["Ann", "Bob"])
        #expect(requests("PUT", "/batches") == 2)
        let file = String(decoding: try DiskFiles.read(bench.directory.path("refused.jsonl")), as: UTF8.self)
        #expect(file.contains("REQUIRED_FIELD_MISSING"))
        #expect(file.split(separator: "\n").count == 1)
        #expect(file.contains(#""NumberOfEmployees":null"#))
    }

    private func refused() throws -> [JSONNode] {
        try DiskFiles.read(bench.directory.path("refused.jsonl")).split(separator: UInt8(ascii: "\n")).map {
            try JSONParser.parse(Array($0))
        }
    }

    @Test("a text that means null in files is refused, not sent as a null; requests write it") func nullText() async throws {
        let rows = try batch(["Ann", "#N/A", "Bob"])
        await #expect(throws: SluiceError.self) { try await write("mode: create\nbulk: always", [rows]) }
        #expect(names() == [])
        try await write("mode: create\nbulk: always\nerrors: refused.jsonl", [rows])
        #expect(names() == ["Ann", "Bob"])
        #expect(try refused().map { $0["row"]?["Name"]?.string } == ["#N/A"])
        #expect(try refused().first?["message"]?.string?.contains("\"#N/A\" of \"Name\"") == true)
        try await write("mode: create\nbulk: never", [batch(["#N/A"])])
        #expect(names() == ["Ann", "Bob", "#N/A"])
    }

    @Test("nulls of rows that are refused are nulls in the file, by requests and by jobs", arguments: ["never", "always"])
    func refusedNulls(_ bulk: String) async throws {
        let rows = try makeBatch([
            ("Id", .string, [.string("bad"), .string("worse")]), ("Phone", .string, [.null, .string("")]),
            ("NumberOfEmployees", .int64, [.null, .integer(5)]),
        ])
        try await write("mode: update\nbulk: \(bulk)\nerrors: refused.jsonl", [rows])
        #expect(
            try refused().compactMap { $0["row"].map { String(decoding: $0.json, as: UTF8.self) } } == [
                #"{"Id":"bad","Phone":null,"NumberOfEmployees":null}"#,
                // Files of jobs say an empty text as they say a null: both clear the field.
                #"{"Id":"worse","Phone":\#(bulk == "never" ? "\"\"" : "null"),"NumberOfEmployees":5}"#,
            ])
    }

    @Test("a key that is null stays one in the file of refused rows") func refusedKey() async throws {
        let rows = try makeBatch([("External_Id__c", .string, [.null]), ("Name", .string, [.null])])
        try await write("mode: upsert\nkey: External_Id__c\nerrors: refused.jsonl", [rows])
        #expect(try refused().first?["row"].map { String(decoding: $0.json, as: UTF8.self) } == #"{"External_Id__c":null,"Name":null}"#)
    }

    @Test("some rows of many are refused") func partial() async throws {
        server.plan(FaultPlan([FaultPlan.Rule(.partialFailure, at: 1...Int.max)]))
        let all = (0..<100).map { "n\($0)" }
        try await write("mode: create\nbulk: always\nerrors: refused.jsonl", [batch(all)])
        let file = String(decoding: try DiskFiles.read(bench.directory.path("refused.jsonl")), as: UTF8.self)
        let refused = file.split(separator: "\n").compactMap { try? JSONParser.parse(Array($0.utf8))["row"]?["Name"]?.string }
        #expect(refused == (0..<100).filter { $0 % 7 == 3 }.map { "n\($0)" })
        #expect(Set(names()).union(refused) == Set(all))
    }

    @Test("rows that were refused for a while are sent again by the next run, and only they", arguments: [1, 2])
    func passing(_ refusals: Int) async throws {
        let all = try (0..<30).map { try batch(["n\($0)"]) }
        for run in 1...refusals {
            server.plan(FaultPlan([FaultPlan.Rule(.partialFailure, at: 1...Int.max)]))
            do {
                try await write("mode: create\nbulk: always", all)
                Issue.record("the run \(run) has no refused row")
            } catch let error as SluiceError {
                #expect(error.message.contains("UNABLE_TO_LOCK_ROW"))
                #expect(error.remedy?.hasPrefix("run it again: what was refused is sent again, and nothing else") == true)
            }
            #expect(requests("PUT", "/batches") == run)
        }
        server.plan(FaultPlan())
        try await write("mode: create\nbulk: always", all)
        #expect(names().count == 30)
        #expect(Set(names()) == Set((0..<30).map { "n\($0)" }))
        #expect(requests("PUT", "/batches") == refusals + 1)
        let made = server.records("salesforce", "accounts").dropFirst(10)
        #expect(Set(made.compactMap { $0["NumberOfEmployees"]?.integer }) == [0])
        #expect(server.violations.map(\.violation) == [])
    }

    @Test("where jobs end in the middle again and again, the next run goes on with what is left") func cutAgain() async throws {
        server.plan(FaultPlan([FaultPlan.Rule(.failJob, at: 1...Int.max)]))
        let all = (0..<50).map { "n\($0)" }
        await #expect(throws: SluiceError.self) { try await write("mode: create\nbulk: always", [batch(all)]) }
        server.plan(FaultPlan())
        try await write("mode: create\nbulk: always", [batch(all)])
        #expect(names().sorted() == all.sorted())
        #expect(requests("PUT", "/batches") == 4)
    }

    @Test("a job that ends in the middle: what it did not come to is sent once more") func cut() async throws {
        server.plan(FaultPlan([FaultPlan.Rule(.failJob, at: 2...2)]))
        let all = (0..<50).map { "n\($0)" }
        try await write("mode: create\nbulk: always", [batch(all)])
        #expect(names().sorted() == all.sorted())
        #expect(names().count == 50)
    }

    @Test("requests that fail in between do not double a row", arguments: [MockFault.reset, .cut, .serverError, .truncated, .notJSON])
    func faults(_ fault: MockFault) async throws {
        for number in 1...8 {
            let before = names().count
            server.plan(FaultPlan([FaultPlan.Rule(fault, at: number...number)]))
            let all = (0..<20).map { "n\(number)-\($0)" }
            try await write("mode: create\nbulk: always", [batch(all)])
            #expect(Array(names().dropFirst(before)) == all, "at \(number)")
        }
        #expect(server.violations.map(\.violation) == [])
    }

    @Test("after a kill the job that has the file is not given it again, and one that has not is given up", arguments: 1...7)
    func killed(_ requests: Int) async throws {
        // From the request on the service is gone, as for a process that was killed.
        server.plan(FaultPlan([FaultPlan.Rule(.redirect, at: requests...Int.max)]))
        let all = (0..<20).map { "n\($0)" }
        await #expect(throws: SluiceError.self) { try await write("mode: create\nbulk: always", [batch(all)]) }
        server.plan(FaultPlan())
        try await write("mode: create\nbulk: always", [batch(all)])
        #expect(names() == all)
        #expect(server.violations.map(\.violation) == [])
    }

    @Test("columns that the write does not take are refused before anything is sent") func columns() async throws {
        let sink = try await bench.sink(options("mode: upsert\nkey: External_Id__c"))
        let batch = try makeBatch([("External_Id__c", .string, [.string("x")]), ("Nam", .string, [.string("y")])])
        #expect(throws: SluiceError.self) { try sink.check(batch.schema) }
        let lacking = try makeBatch([("Name", .string, [.string("y")])])
        #expect(throws: SluiceError.self) { try sink.check(lacking.schema) }
        #expect(server.journal.allSatisfy { $0.method == "GET" })
    }
}
