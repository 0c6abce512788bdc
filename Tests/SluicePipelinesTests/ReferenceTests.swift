import SluicePipelines
import SluiceTestKit
import Testing

@Suite struct ReferenceTests {
    private static let path = Repository.path("docs/pipelines.md")

    @Test("docs/pipelines.md says what the manuals of keys and steps say; SLUICE_UPDATE=1 writes it anew")
    func current() throws {
        let page = try TemporaryDirectory.contents(of: Self.path)
        let updated = try #require(ReferencePage.updated(page), "the page lacks a comment that encloses a generated part")
        #expect(try GoldenFile.difference(updated, from: Self.path) == nil)
    }

    @Test("the definition that the page begins with loads")
    func example() throws {
        let page = try TemporaryDirectory.contents(of: Self.path)
        let start = try #require(page.firstRange(of: "```yaml\nname:")).lowerBound
        let end = try #require(page[start...].firstRange(of: "\n```\n")).lowerBound
        let definition = try load(String(page[start..<end].dropFirst("```yaml\n".count)))
        #expect(definition.steps.count == 4)
        #expect(definition.stream?.key == "tailnum")
    }
}
