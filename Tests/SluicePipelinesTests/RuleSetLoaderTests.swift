import SluiceCore
import SluicePipelines
import SluiceQuality
import SluiceTestKit
import Testing

@Suite("declared rule sets") struct RuleSetLoaderTests {
    @Test("those of the repository read, and name their tables")
    func repository() throws {
        let sets = try RuleSetLoader.load(directory: Repository.path("catalog"), connectors: TestConnectors.registry)
        #expect(sets.map { "\($0.name) \($0.table)" } == ["delayed-flights flights.delayed"])
    }

    @Test("files are found in folders, and others than rule sets are passed over")
    func found() throws {
        let directory = try TemporaryDirectory()
        try directory.write("a/b/orders.yml", "quality: orders\ntable: Orders\nfile: ../orders.dqdl\non_fail: warn\n")
        try directory.write("a/orders.dqdl", "RowCount > 0")
        try directory.write("a/table.yaml", "table: sales.orders\n")
        try directory.write("a/notes.txt", "quality: no\n")
        try directory.write(".hidden/x.yaml", "quality: [\n")
        let sets = try RuleSetLoader.load(directory: directory.root, connectors: TestConnectors.registry)
        #expect(sets.map(\.table) == ["default.orders"] && sets[0].onFail == .warn && sets[0].rules.ruleSet.rules.count == 1)
        #expect(try RuleSetLoader.load(directory: directory.path("none"), connectors: TestConnectors.registry).isEmpty)
    }

    @Test(
        "mistakes are placed",
        arguments: [
            ("quality: a\nrules: RowCount > 0\n", "missing-key 1:1"), ("quality: a\ntable: t\n", "missing-key 1:1"),
            ("quality: a\ntable: t\nrules: RowCuont > 0\n", "syntax-error 3:8"),
            ("quality: a\ntable: t\nrules: RowCount > 0\nfile: x\n", "invalid-option 4:7"),
            ("quality: a\ntable: t\nrules: RowCount > 0\non_fial: warn\n", "unknown-key 4:1"),
            ("quality: a\ntable: a/b\nrules: RowCount > 0\n", "invalid-option 2:8"),
        ])
    func placed(_ text: String, _ expected: String) throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.yaml", text)
        do {
            _ = try RuleSetLoader.load(directory: directory.root, connectors: TestConnectors.registry)
            Issue.record("no error")
        } catch {
            #expect(DefinitionErrors.list(error)?.map(\.brief) == [expected])
        }
    }
}
