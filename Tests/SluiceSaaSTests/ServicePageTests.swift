import SluiceTestKit
import Testing

@testable import SluiceSaaS

@Suite("pages of connectors to services")
struct ServicePageTests {
    @Test("docs/connectors has a page of each, made from its declaration", arguments: EmbeddedDeclarations.names)
    func pages(_ name: String) throws {
        let declaration = try #require(EmbeddedDeclarations.named(name))
        let difference = try GoldenFile.difference(ServicePage.markdown(declaration), from: "\(Repository.root)/docs/connectors/\(name).md")
        if let difference { Issue.record("\(difference)") }
    }

    @Test("docs/declaring-services.md has every key of a declaration, made from what checks it")
    func declarations() throws {
        let difference = try GoldenFile.difference(DeclarationPage.markdown, from: "\(Repository.root)/docs/declaring-services.md")
        if let difference { Issue.record("\(difference)") }
        let anchors = Set(
            DeclarationPage.markdown.matches(of: #/\n## (.+)/#).map { "#" + $0.1.lowercased().filter { $0.isLetter || $0 == "_" } })
        let links = DeclarationPage.markdown.matches(of: #/\]\((#[^)]+)\)/#).map { String($0.1) }
        #expect(!links.isEmpty)
        for link in links { #expect(anchors.contains(link), "\(link)") }
    }
}
