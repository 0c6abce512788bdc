import GRDB
import SluiceCore
import Testing

@testable import SluiceCatalog

@Suite("searching for tables")
struct SearchTests {
    let home = TemporaryHome()

    private func filled() throws -> Catalog {
        let catalog = try home.open()
        var orders = try TableDefinition.sample(
            "sales.raw_orders",
            columns: [CatalogColumn("customerId", .int64, comment: "who bought"), CatalogColumn("net_price", .float64)])
        orders.comment = "Orders as the shop sends them"
        orders.tags = ["pii": "yes", "team": "shop-floor"]
        orders.owner = "ada.lovelace"
        try catalog.putTable(orders)
        var returns = try TableDefinition.sample("sales.returns", columns: [CatalogColumn("order", .int64)])
        returns.comment = "Bestellungen über Köln, zurück"
        try catalog.putTable(returns)
        try catalog.putTable(try TableDefinition.sample("web.clicks", columns: [CatalogColumn("url", .string)], partitioned: true))
        return catalog
    }

    private func found(_ text: String, _ catalog: Catalog) throws -> [String] {
        try catalog.search(try SearchQuery(parsing: text), limit: 10).hits.map(\.table.name.description).sorted()
    }

    @Test(
        "words are found in names, comments, columns, tags, owners and partition keys, at the beginning of words",
        arguments: [
            ("orders", ["sales.raw_orders"]), ("order", ["sales.raw_orders", "sales.returns"]),
            ("ORD", ["sales.raw_orders", "sales.returns"]),
            ("raw-orders", ["sales.raw_orders"]), ("price", ["sales.raw_orders"]), ("customer", ["sales.raw_orders"]),
            ("id bought", ["sales.raw_orders"]),
            ("koln", ["sales.returns"]), ("ada", ["sales.raw_orders"]), ("shop floor", ["sales.raw_orders"]), ("pii", ["sales.raw_orders"]),
            ("month", ["web.clicks"]), ("sales", ["sales.raw_orders", "sales.returns"]), ("orders clicks", []),
            ("column:order", ["sales.returns"]), ("name:order", ["sales.raw_orders"]), ("tag:team", ["sales.raw_orders"]),
            ("owner:ada name:raw", ["sales.raw_orders"]), ("database:web", ["web.clicks"]), ("comment:shop", ["sales.raw_orders"]),
            ("comment:raw", []),
        ])
    func words(text: String, tables: [String]) throws { #expect(try found(text, filled()) == tables) }

    @Test(
        "a text in quotes is found as it stands",
        arguments: [
            ("\"orders\"", ["sales.raw_orders"]), ("\"order\"", ["sales.returns"]), ("\"raw orders\"", ["sales.raw_orders"]),
            ("\"orders raw\"", []),
            ("\"the shop sends\"", ["sales.raw_orders"]), ("\"shop\" pri", ["sales.raw_orders"]),
            ("column:\"net price\"", ["sales.raw_orders"]),
        ])
    func exact(text: String, tables: [String]) throws { #expect(try found(text, filled()) == tables) }

    @Test("a word that nothing matches stands for the nearest one, and that is said; quotes are not stretched")
    func near() throws {
        let catalog = try filled()
        let result = try catalog.search(try SearchQuery(parsing: "clikcs"), limit: 10)
        #expect(result.hits.map(\.table.name.description) == ["web.clicks"] && result.replaced == ["clikcs": ["clicks"]])
        #expect(try found("\"clikcs\"", catalog).isEmpty)
        #expect(try catalog.search(try SearchQuery(parsing: "zzzzzz"), limit: 10).replaced.isEmpty)
    }

    @Test("a match in the name comes before one in a column, and matching columns are told")
    func ranking() throws {
        let catalog = try filled()
        try catalog.putTable(.sample("a.order"))
        let hits = try catalog.search(try SearchQuery(parsing: "order"), limit: 10).hits
        #expect(hits.map(\.table.name.description).first == "a.order")
        #expect(hits.first { $0.table.name.table == "returns" }?.columns == ["order"])
        #expect(try catalog.search(try SearchQuery(parsing: "order"), limit: 1).hits.count == 1)
    }

    @Test("of more matches than are ranked, those in names come first, and others follow")
    func manyMatches() throws {
        let catalog = try filled()
        try catalog.putTable(.sample("z.order"))
        let whole = try catalog.search(try SearchQuery(parsing: "order"), limit: 10).hits.map(\.table.name.description)
        #expect(whole.count == 3)
        for ranking in [1, 2] {
            let hits = try catalog.search(try SearchQuery(parsing: "order"), limit: 10, ranking: ranking).hits
            #expect(Set(hits.map(\.table.name.description)) == Set(whole), "\(ranking)")
            if ranking == 2 { #expect(Set(hits.prefix(2).map(\.table.name.description)) == ["z.order", "sales.raw_orders"]) }
            #expect(try catalog.search(try SearchQuery(parsing: "order"), limit: 1, ranking: ranking).hits.count == 1)
        }
    }

    @Test("what is changed or dropped is found as it is now")
    func upkeep() throws {
        let catalog = try filled()
        let name = try TableName(parsing: "web.clicks")
        var definition = try catalog.table(name).definition
        definition.comment = "hyperlinks"
        try catalog.putTable(definition)
        #expect(try found("hyperlinks", catalog) == ["web.clicks"])
        definition.comment = ""
        try catalog.putTable(definition)
        #expect(try found("hyperlinks", catalog).isEmpty)
        try catalog.dropTable(name)
        #expect(try found("clicks", catalog).isEmpty)
        try catalog.dropDatabase("sales", withTables: true)
        #expect(try found("orders", catalog).isEmpty)
        #expect(try catalog.integrityProblems().isEmpty)
    }

    @Test(
        "signs of the index's own language are only signs",
        arguments: ["NOT orders*", "a AND (b", "^x", "orders) OR (x", "-", "NEAR(a b)", "tag:", "\u{0}x", "'"])
    func signs(_ text: String) throws {
        let catalog = try filled()
        do {
            _ = try catalog.search(try SearchQuery(parsing: text), limit: 10)
        } catch {
            #expect(error.code == .syntaxError)
        }
    }

    @Test("a search needs a word, closed quotes, and is no book")
    func mistakes() {
        #expect(#expect(throws: SluiceError.self) { try SearchQuery(parsing: " -- ") }?.code == .syntaxError)
        #expect(#expect(throws: SluiceError.self) { try SearchQuery(parsing: "\"a") }?.code == .syntaxError)
        let words = Array(repeating: "w", count: CatalogLimits.searchWords)
        #expect(throws: Never.self) { try SearchQuery(parsing: words.joined(separator: " ")) }
        #expect(
            #expect(throws: SluiceError.self) { try SearchQuery(parsing: (words + ["w"]).joined(separator: " ")) }?.code == .limitExceeded)
        let long = String(repeating: "x", count: CatalogLimits.searchCharacters)
        #expect(throws: Never.self) { try SearchQuery(parsing: long) }
        #expect(#expect(throws: SluiceError.self) { try SearchQuery(parsing: long + "x") }?.code == .limitExceeded)
    }

    @Test("without FTS5 the same words are found by reading all rows")
    func withoutFullText() throws {
        let catalog = try filled()
        try catalog.write { db in
            try db.execute(sql: "DROP TRIGGER table_search_drop; DROP TABLE table_search_words; DROP TABLE table_search;")
            try SearchIndex.create(isFullText: false, db)
        }
        #expect(try found("orders", catalog) == ["sales.raw_orders"])
        #expect(try found("column:order", catalog) == ["sales.returns"])
        try catalog.dropTable(try TableName(parsing: "sales.returns"))
        #expect(try found("bestellungen", catalog).isEmpty)
        #expect(try catalog.integrityProblems().isEmpty)
    }
}
