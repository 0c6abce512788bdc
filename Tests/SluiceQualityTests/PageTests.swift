import SluiceTestKit
import Testing

@testable import SluiceQuality

@Suite("the page about quality (ReferenceTests)") struct PageTests {
    private static let path = Repository.path("docs/quality.md")

    @Test("docs/quality.md says what the manuals of rule types say; SLUICE_UPDATE=1 writes it anew")
    func current() throws {
        var page = try TemporaryDirectory.contents(of: Self.path)
        let start = try #require(page.firstRange(of: "<!-- rules: generated -->\n")).upperBound
        let end = try #require(page[start...].firstRange(of: "<!-- end of rules -->")).lowerBound
        let rows = RuleManual.all.map { manual in
            "| `\(manual.syntax)` | \(manual.summary) | \(manual.judgesRows ? "yes" : "") | `\(manual.example)` |\n"
        }
        page.replaceSubrange(start..<end, with: "\n| rule | what it is about | rows | example |\n|---|---|---|---|\n\(rows.joined())\n")
        #expect(try GoldenFile.difference(page, from: Self.path) == nil)
    }

    @Test("the rule set that the page begins with reads")
    func example() throws {
        let page = try TemporaryDirectory.contents(of: Self.path)
        let start = try #require(page.firstRange(of: "```\nRules = [")).lowerBound
        let end = try #require(page[start...].firstRange(of: "\n```\n")).lowerBound
        let set = try RuleSet(parsing: String(page[start..<end].dropFirst(4)))
        #expect(set.rules.count == 6 && set.analyzers.count == 2)
        #expect(set.referencedDatasets.map(\.text) == ["crm.customers"])
    }
}
