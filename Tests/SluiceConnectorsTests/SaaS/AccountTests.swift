import SluiceCore
import SluiceSaaS
import Testing

@testable import SluiceConnectors

/// Bookmarks are of one account.
@Suite("accounts of bookmarks")
struct AccountTests {
    private func harness(isBulk: Bool) throws -> ServiceHarness {
        let pages = try #require(ServiceHarness.subjects.first { $0.connector == "zendesk" })
        let harness = try ServiceHarness(isBulk ? ServiceHarness.bulk : pages, rows: 300)
        harness.identity = ConnectionIdentity(name: "a", id: "1")
        return harness
    }

    private func refused(_ harness: ServiceHarness) async throws -> SluiceError? {
        do {
            try await harness.run()
            return nil
        } catch let error as SluiceError {
            return error
        }
    }

    @Test("another connection goes not on where the first one was, and says what to do", arguments: [false, true])
    func other(_ isBulk: Bool) async throws {
        let harness = try harness(isBulk: isBulk)
        try await harness.run()
        let before = harness.written
        harness.identity = ConnectionIdentity(name: "b", id: "2")
        let error = try #require(try await refused(harness))
        #expect(error.code == .otherAccount)
        #expect(error.message.contains("\"a\"") && error.message.contains("\"b\""))
        #expect(error.remedy?.contains("--reset") == true)
        #expect(harness.written == before)
        harness.identity = ConnectionIdentity(name: "a", id: "1")
        try await harness.settle()
        #expect(try harness.destination == harness.expected())
    }

    @Test("a connection that leads to another place is refused, one with another secret is not") func place() async throws {
        let harness = try harness(isBulk: false)
        try await harness.run()
        harness.identity = ConnectionIdentity(name: "a", id: "3")
        #expect(try await refused(harness) == nil)
        harness.changing = { $0.read?.path = try TemplateText("/{email}/tickets") }
        #expect(try await refused(harness)?.code == .otherAccount)
    }

    @Test("a bookmark from before accounts were kept is taken as it is, and has the account from then on") func old() async throws {
        let harness = try harness(isBulk: false)
        harness.identity = nil
        try await harness.run()
        harness.identity = ConnectionIdentity(name: "a", id: "1")
        try await harness.pass(.seconds(600))
        try await harness.run()
        #expect(try harness.destination == harness.expected())
        harness.identity = ConnectionIdentity(name: "b", id: "2")
        #expect(try await refused(harness)?.code == .otherAccount)
    }
}
