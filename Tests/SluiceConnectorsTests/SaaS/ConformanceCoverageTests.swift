import SluiceCore
import SluiceMocks
import SluiceSaaS
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("what the conformance of connectors to services covers", .serialized)
struct ConformanceCoverageTests {
    @Test("every declared connector is in the suite, and has a mock", arguments: EmbeddedDeclarations.names)
    func subjects(_ connector: String) throws {
        #expect(ServiceHarness.subjects.contains { $0.connector == connector }, "add it to ServiceHarness.subjects")
        _ = try MockServer([connector], MockServer.Settings { 0 })
    }

    @Test("every page of a connector has its declaration") func pages() throws {
        let pages = try DiskFiles.list("\(Repository.root)/docs/connectors").filter { $0.hasSuffix(".md") }
        #expect(Set(pages) == Set(EmbeddedDeclarations.all.map { "\($0.name).md" }))
    }

    @Test("tokens end while also the endpoint that gives them is throttled, and fails") func tokenEndpoint() async throws {
        let subject = try #require(ServiceHarness.subjects.first { $0.connector == "salesforce" })
        let plan = FaultPlan([
            FaultPlan.Rule(.expireToken, at: 2...Int.max, every: 5), FaultPlan.Rule(.throttle, at: 3...Int.max, every: 4),
            FaultPlan.Rule(.serverError, at: 4...Int.max, every: 7),
        ])
        let harness = try ServiceHarness(subject, rows: 600, plan: plan)
        try await harness.run()
        let tokens = harness.server.journal.filter { $0.target.contains("/oauth2/token") }
        #expect(tokens.count > 1)
        try await harness.settle()
        #expect(try harness.destination == harness.expected())
    }
}
