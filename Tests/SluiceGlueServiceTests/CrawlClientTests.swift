import SluiceCatalog
import SluiceTestKit
import Testing

@testable import SluiceGlueService

extension ClientTests {
    @Test("what is gone and comes back is in the catalog again, with all policies", .enabled(if: Self.python != nil))
    func recrawls() async throws {
        let catalog = try await run("recrawls")
        // The history tells which files are in no table, for commands as well.
        let reports = try catalog.crawlRuns(crawler: "odd").map(\.report)
        #expect(reports.map { $0.contains("odd.csv") } == [false, true, true])
    }

    @Test("documents of configurations act, or are refused", .enabled(if: Self.python != nil))
    func configurations() async throws {
        let catalog = try await run("configuration")
        #expect(try catalog.table(TableName(parsing: "all.raw")).definition.parameters[TableDefinition.partitionIndexes] != nil)
    }
}
