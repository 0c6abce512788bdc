import SluiceCore
import SluiceHTTP
import SluiceMocks
import SluicePipelines
import Testing

@testable import SluiceConnectors

/// Sources that name no columns follow the fields of the service.
@Suite("fields that a service adds")
struct NewFieldTests {
    private let bench: Workbench
    private let server: MockServer

    init() throws {
        bench = try Workbench()
        server = try MockServer(["salesforce"], MockServer.Settings { 0 })
        _ = try ConnectionStore(bench.catalog).set(
            "mock", connector: "salesforce", settings: ["domain": "acme"], secrets: ["access_token": "mock-access-token"],
            address: "\(server.address)/salesforce")
    }

    private func source(_ more: String = "") async throws -> any Source {
        try await bench.source("salesforce: accounts\nconnection: mock\n\(more)")
    }

    @Test("a field that is added is a column behind the others, by pages and by jobs", arguments: ["bulk: never", "bulk: always"])
    func added(_ bulk: String) async throws {
        let before = try await source(bulk)
        #expect(before.schema.names.contains("OwnerId") && !before.schema.names.contains("Tier__c"))
        let count = try await before.readAll().rows.count
        server.plan(FaultPlan([FaultPlan.Rule(.newField, at: 1...Int.max)]))
        let after = try await source(bulk)
        #expect(after.schema.names == before.schema.names + ["Tier__c"])
        let rows = try await after.readAll().rows
        #expect(rows.count == count)
        for row in rows {
            guard case .string(let tier)? = row.last else {
                Issue.record("no tier: \(row)")
                break
            }
            #expect(tier.hasPrefix("T"))
        }
    }

    @Test("a field that only columns names is asked for, by pages and by jobs", arguments: ["bulk: never", "bulk: always"])
    func declared(_ bulk: String) async throws {
        let row = try makeBatch([("External_Id__c", .string, [.string("x1")]), ("Name", .string, [.string("New")])])
        let sink = try await bench.sink("salesforce: accounts\nconnection: mock\nmode: upsert\nkey: External_Id__c\nbulk: always")
        try await bench.run(sink, row.schema, [[row]])
        let source = try await source("\(bulk)\ncolumns: {External_Id__c: string}")
        #expect(source.schema.names.last == "External_Id__c")
        let rows = try await source.readAll().rows
        #expect(rows.compactMap(\.last).filter { $0 != .null } == [.string("x1")])
    }

    @Test("a source that names its columns asks for none") func named() async throws {
        _ = try await source("columns: {Tier__c: string}")
        #expect(!server.journal.contains { $0.target.contains("/describe") })
    }

    @Test("an answer that is no list of fields is an error: fields would be lost in silence") func shapeless() async throws {
        server.plan(FaultPlan([FaultPlan.Rule(.wrongShape, at: 1...Int.max)]))
        do {
            _ = try await source()
            Issue.record("taken")
        } catch let error as SluiceError {
            #expect(error.code == .serviceFailed && error.message.contains("no list of fields"), "\(error)")
        }
    }

    @Test("a sink takes such a field") func written() async throws {
        server.plan(FaultPlan([FaultPlan.Rule(.newField, at: 1...Int.max)]))
        let sink = try await bench.sink("salesforce: accounts\nconnection: mock\nmode: create")
        try sink.check(try makeBatch([("Name", .string, [.string("a")]), ("Tier__c", .string, [.string("T9")])]).schema)
    }
}
