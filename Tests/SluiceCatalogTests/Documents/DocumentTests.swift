import SluiceCore
import Testing

@testable import SluiceCatalog

@Suite("documents of services") struct DocumentTests {
    private let home = TemporaryHome()

    @Test("a document is added once, replaced by who has read it, and found by the beginning of its name")
    func documents() throws {
        let catalog = try home.open()
        #expect(try catalog.addDocument("function", "sales/a", "1"))
        #expect(try !catalog.addDocument("function", "sales/a", "2"))
        #expect(try catalog.addDocument("function", "sales_x/b", "3") && catalog.addDocument("crawler", "sales/a", "4"))
        let first = try #require(try catalog.document("function", "sales/a"))
        #expect(first.content == "1" && first.revision == 1)
        #expect(try catalog.replaceDocument("function", "sales/a", "5", revision: 1))
        #expect(try !catalog.replaceDocument("function", "sales/a", "6", revision: 1))
        #expect(try !catalog.replaceDocument("function", "nothing", "6", revision: 1))
        #expect(try catalog.documents("function").map(\.content) == ["5", "3"])
        #expect(try catalog.documents("function", prefix: "sales/").map(\.name) == ["sales/a"])
        #expect(try catalog.documents("function", limit: 1, after: "sales/a").map(\.name) == ["sales_x/b"])
        try catalog.removeDocuments("function", prefix: "sales/")
        #expect(try catalog.document("function", "sales/a") == nil)
        #expect(try catalog.removeDocument("crawler", "sales/a") && !catalog.removeDocument("crawler", "sales/a"))
    }
}
