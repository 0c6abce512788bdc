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
}
