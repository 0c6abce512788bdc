import SluiceCatalog
import SluiceCore
import SluiceMocks
import SluiceTestKit
import Testing

@testable import SluiceGlueService

extension ClientTests {
    /// A service to connect to, whose time stands still.
    private static func zendesk() throws -> MockServer {
        var settings = MockServer.Settings { 0 }
        settings.rows = 300
        settings.isStrict = true
        settings.hasQuotas = false
        return try MockServer(["zendesk"], settings)
    }

    @Test("rule sets judge tables, and commands see the results", .enabled(if: Self.python != nil))
    func quality() async throws {
        let catalog = try await run("quality")
        let results = try catalog.qualityResults(subject: "sales.orders")
        #expect(results.map(\.ruleSet) == ["advice", "keys", "both", "both", "wrong", "more", "orders"])
        #expect(results.last?.outcomes.map(\.state) == ["passed", "passed", "failed"] && results.last?.rows == 100)
        #expect(try catalog.figureHistory(subject: "sales.orders", ruleSet: "orders", figure: "RowCount", limit: 5) == [100])
    }

    @Test("statistics of columns are computed; the catalog says what it is", .enabled(if: Self.python != nil))
    func statistics() async throws {
        let catalog = try await run("statistics")
        let known = try catalog.statistics(of: TableName(parsing: "d.t")).map(\.statistics)
        #expect(known.map(\.rows) == [101, 101, 101, 101, 101] && known[0].maximum == "99")
    }

    @Test("crawlers ask the classifiers of clients", .enabled(if: Self.python != nil))
    func classifiers() async throws {
        let catalog = try await run("classifiers")
        let table = try catalog.table(TableName(parsing: "raw.pipes")).definition
        #expect(table.format == "csv" && table.formatOptions["delimiter"] == "|")
    }

    @Test("connections keep their secrets, and lead to the connectors", .enabled(if: Self.python != nil))
    func connections() async throws {
        let mock = try Self.zendesk()
        let catalog = try await run("connections", mock.address + "/zendesk")
        let connections = try catalog.connections()
        #expect(connections.map(\.name) == ["acme"] && connections[0].connector == "zendesk")
        #expect(connections[0].settings == ["email": "etl@example.com"] && connections[0].address == mock.address + "/zendesk")
        #expect(try catalog.secrets().isEmpty)
        #expect(mock.violations.isEmpty)
    }

    @Test("all paginators of boto3, with small pages", .enabled(if: Self.python != nil))
    func paginators() async throws {
        let mock = try Self.zendesk()
        _ = try await run("paginators", mock.address + "/zendesk")
    }
}
