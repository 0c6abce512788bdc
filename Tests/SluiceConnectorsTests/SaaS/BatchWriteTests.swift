import SluiceCatalog
import SluiceCore
import SluiceJSON
import SluiceMocks
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// Writes whose requests take several records, and answer for each: leads of Marketo.
@Suite("writing several records with one request")
struct BatchWriteTests {
    private let bench: Workbench
    private let server: MockServer
    /// How many leads there are before.
    private let before: Int

    init() throws {
        bench = try Workbench()
        // Its time stands still, so that nothing changes but by the test.
        var mock = MockServer.Settings { 0 }
        mock.isStrict = true
        server = try MockServer(["marketo"], mock)
        _ = try ConnectionStore(bench.catalog).set(
            "mock", connector: "marketo", settings: ["munchkin": "1-A-2", "client_id": "me"], secrets: ["client_secret": "s3cret"],
            address: "\(server.address)/marketo")
        before = server.records("marketo", "leads").count
    }

    private func write(_ more: String, _ columns: [(String, DataType, [Value])]) async throws {
        let batch = try makeBatch(columns)
        try await bench.run(try await bench.sink("marketo: leads\nconnection: mock\n\(more)"), batch.schema, [[batch]])
    }

    private func lead(_ email: String) -> JSONNode? {
        server.records("marketo", "leads").first { $0["email"]?.string == email }
    }

    private var emails: Set<String> { Set(server.records("marketo", "leads").compactMap { $0["email"]?.string }) }

    private var requests: Int { server.journal.count { $0.method == "POST" && $0.target.hasSuffix("/rest/v1/leads.json") } }

    private var refused: [JSONNode] {
        get throws {
            let file = String(decoding: try DiskFiles.read(bench.directory.path("refused.jsonl")), as: UTF8.self)
            return try file.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
        }
    }

    @Test("an upsert makes leads and changes those that are there, 300 with one request; a run that is repeated changes nothing")
    func upsert() async throws {
        let emails = ["p3@example.com"] + (0..<649).map { "new\($0)@example.com" }
        let columns: [(String, DataType, [Value])] = [
            ("email", .string, emails.map { .string($0) }),
            ("company", .string, emails.indices.map { $0 % 2 == 0 ? .string("Blaue \"Ähre\", Inc.") : .null }),
            ("leadScore", .int64, emails.indices.map { .integer(Int64($0)) }),
        ]
        try await write("mode: upsert", columns)
        #expect(requests == 3)
        #expect(server.records("marketo", "leads").count == before + 649)
        #expect(lead("p3@example.com")?["company"]?.string == "Blaue \"Ähre\", Inc.")
        #expect(lead("p3@example.com")?["id"]?.integer == 3)
        #expect(lead("new0@example.com")?["company"]?.string == nil)
        #expect(lead("new648@example.com")?["leadScore"]?.integer == 649)
        try await write("mode: upsert", columns)
        #expect(server.records("marketo", "leads").count == before + 649)
        #expect(server.violations.map(\.violation) == [])
    }

    @Test("an update meets the lead of its id, and none is made") func update() async throws {
        let columns: [(String, DataType, [Value])] = [
            ("id", .int64, [.integer(2), .integer(99_999)]), ("lastName", .string, [.string("Öz"), .string("Nobody")]),
        ]
        try await write("mode: update\nerrors: refused.jsonl", columns)
        #expect(lead("p2@example.com")?["lastName"]?.string == "Öz")
        #expect(server.records("marketo", "leads").count == before)
        let rows = try refused
        #expect(rows.count == 1 && rows.first?["row"]?["id"]?.integer == 99_999, "\(rows)")
        #expect(rows.first?["message"]?.string == "marketo leads: 1004: Lead not found", "\(rows)")
    }

    @Test("rows of one lead go one after another, so the last one stays") func order() async throws {
        try await write(
            "mode: upsert",
            [
                ("email", .string, ["a@b.c", "d@e.f", "A@b.c", "a@b.c"].map { .string($0) }),
                ("leadScore", .int64, [1, 2, 3, 4].map { .integer($0) }),
            ])
        #expect(server.records("marketo", "leads").count == before + 2)
        #expect(lead("a@b.c")?["leadScore"]?.integer == 4)
        #expect(requests == 3)
        #expect(server.violations.map(\.violation) == [])
    }

    @Test("a record that is refused ends the run, or goes into the file with its reason while the others are written")
    func refusals() async throws {
        let columns: [(String, DataType, [Value])] = [("email", .string, [.string("x@y.z"), .string("nowhere"), .null, .string("v@w.x")])]
        await #expect {
            try await write("mode: upsert", columns)
        } throws: { error in
            let error = error as? SluiceError
            return error?.message.contains("the record has no email") == true && error?.remedy?.contains("errors:") == true
        }
        try await write("mode: upsert\nerrors: refused.jsonl", columns)
        #expect(lead("x@y.z") != nil && lead("v@w.x") != nil)
        let messages = try refused.map { $0["message"]?.string ?? "" }
        #expect(messages == ["the record has no email", "marketo leads: 1003: Invalid value for field 'email'"])
    }

    @Test("some records of many are refused") func partial() async throws {
        server.plan(FaultPlan([FaultPlan.Rule(.partialFailure, at: 1...Int.max)]))
        let all = (0..<100).map { "q\($0)@example.com" }
        try await write("mode: upsert\nerrors: refused.jsonl", [("email", .string, all.map { .string($0) })])
        let names = try refused.compactMap { $0["row"]?["email"]?.string }
        #expect(names == all.enumerated().filter { $0.offset % 7 == 3 }.map(\.element))
        #expect(emails.isSuperset(of: Set(all).subtracting(names)))
    }

    @Test(
        "requests that fail in between do no harm",
        arguments: [MockFault.reset, .cut, .serverError, .truncated, .notJSON, .errorInSuccess, .expireToken, .throttleBare])
    func faults(_ fault: MockFault) async throws {
        // The first request is for the token.
        for number in 2...5 {
            server.plan(FaultPlan([FaultPlan.Rule(fault, at: number...number)]))
            let all = (0..<20).map { "r\(number)-\($0)@example.com" }
            try await write("mode: upsert", [("email", .string, all.map { .string($0) })])
            #expect(emails.isSuperset(of: all), "at \(number)")
        }
        #expect(server.records("marketo", "leads").count == before + 80)
        #expect(server.violations.map(\.violation) == [])
    }

    @Test("columns that the write does not take, and a lacking key, are refused before anything is sent")
    func columns() async throws {
        let sink = try await bench.sink("marketo: leads\nconnection: mock\nmode: upsert")
        let unknown = try makeBatch([("email", .string, [.string("a@b.c")]), ("frstName", .string, [.string("A")])])
        #expect(throws: SluiceError.self) { try sink.check(unknown.schema) }
        let lacking = try makeBatch([("firstName", .string, [.string("A")])])
        #expect(throws: SluiceError.self) { try sink.check(lacking.schema) }
        #expect(server.journal.isEmpty)
        await #expect(throws: SluiceError.self) { _ = try await bench.sink("marketo: leads\nconnection: mock\nmode: create") }
    }
}
