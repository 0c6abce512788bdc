import SluiceCatalog
import SluiceCore
import Testing

@Suite("declarations")
struct DeclarationTests {
    let home = TemporaryHome()

    private func table(_ name: String = "sales.orders", _ change: (inout TableDeclaration) -> Void = { _ in }) throws -> CatalogDeclaration
    {
        var declaration = TableDeclaration(name: try TableName(parsing: name), place: .file(path: "orders.yaml", line: 1, column: 1))
        declaration.columns = [CatalogColumn("id", .int64)]
        declaration.location = "/data/orders"
        declaration.format = "csv"
        change(&declaration)
        return .table(declaration)
    }

    private func database(_ name: String, comment: String) -> CatalogDeclaration {
        var declaration = DatabaseDeclaration(name: name)
        declaration.comment = comment
        return .database(declaration)
    }

    @Test("a plan says what applying does, applying does it, and then there is nothing left")
    func planAndApply() throws {
        let catalog = try home.open()
        let view = try table("sales.big") {
            $0.view = ViewText(sql: "SELECT 1")
            ($0.location, $0.format) = (nil, nil)
        }
        let all = [
            view, try table(), database("sales", comment: "what we sell"), .other(.init(kind: "crawler", name: "c", text: "a\nb\n")),
        ]
        let plan = try catalog.plan(all, prunes: false)
        #expect(
            plan.changes.map { "\($0.action) \($0.kind) \($0.name)" } == [
                "create database sales", "create table sales.orders", "create view sales.big", "create crawler c",
            ])
        #expect(try catalog.tables().isEmpty)
        #expect(try catalog.apply(all, prunes: false) == plan)
        #expect(try catalog.tables().map(\.name.description) == ["sales.big", "sales.orders"])
        #expect(try catalog.database("sales").comment == "what we sell")
        #expect(try catalog.otherDeclarations() == [.init(kind: "crawler", name: "c", text: "a\nb\n")])
        #expect(try catalog.plan(all, prunes: true).changes.isEmpty)
        #expect(try catalog.apply(all, prunes: true).isEmpty)
        #expect(try catalog.table(try TableName(parsing: "sales.orders")).version == 1)
    }

    @Test("what a declaration does not say stays as it is")
    func partial() throws {
        let catalog = try home.open()
        var definition = try TableDefinition.sample(partitioned: true)
        definition.owner = "ada"
        definition.tags = ["a": "b"]
        try catalog.putTable(definition)
        var declaration = TableDeclaration(name: definition.name)
        declaration.comment = "said"
        declaration.tags = [:]
        declaration.deprecation = "old"
        let plan = try catalog.apply([.table(declaration)], prunes: false)
        #expect(plan.changes.first?.items.map(\.line) == [#"+ comment  "said""#, #"- tag a  "b""#, #"+ parameter deprecated  "old""#])
        definition.comment = "said"
        definition.tags = [:]
        definition.deprecation = "old"
        #expect(try catalog.table(definition.name).definition == definition)
        declaration.deprecation = ""
        _ = try catalog.apply([.table(declaration)], prunes: false)
        #expect(try catalog.table(definition.name).definition.deprecation == nil)
    }

    @Test("a mistake in one declaration leaves the catalog as it was")
    func atomic() throws {
        let catalog = try home.open()
        let incomplete = try table("sales.zebra") { $0.location = nil }
        let error = #expect(throws: SluiceError.self) {
            try catalog.apply([database("sales", comment: "x"), try table(), incomplete], prunes: false)
        }
        #expect(error?.code == .missingKey && error?.location == .file(path: "orders.yaml", line: 1, column: 1))
        #expect(try catalog.databases().isEmpty && catalog.tables().isEmpty)
    }

    @Test("what is not declared any more is told, and goes only when asked; what nobody declared stays")
    func prune() throws {
        let catalog = try home.open()
        try catalog.putTable(.sample("sales.made_by_run"))
        let kept: [CatalogDeclaration] = [try table("raw.kept")]
        let all = kept + [try table("raw.gone"), database("empty", comment: "x"), .other(.init(kind: "connection", name: "k", text: "t"))]
        _ = try catalog.apply(all, prunes: false)
        let told = try catalog.apply(kept, prunes: false)
        #expect(told.isEmpty && told.count(.undeclared) == 3)
        #expect(try catalog.tables().count == 3)
        let pruned = try catalog.apply(kept, prunes: true)
        #expect(Set(pruned.changes.map(\.name)) == ["empty", "raw.gone", "k"] && pruned.count(.drop) == 3)
        #expect(try catalog.tables().map(\.name.description) == ["raw.kept", "sales.made_by_run"])
        #expect(try catalog.databases().map(\.name) == ["raw", "sales"])
        #expect(try catalog.otherDeclarations().isEmpty)
    }

    @Test("a table that was dropped is declared anew, one that becomes a view is not told as gone")
    func again() throws {
        let catalog = try home.open()
        _ = try catalog.apply([try table()], prunes: false)
        try catalog.dropTable(try TableName(parsing: "sales.orders"))
        #expect(try catalog.plan([], prunes: true).changes.isEmpty)
        #expect(try catalog.apply([try table()], prunes: true).count(.create) == 1)
        let view = try table { $0.view = ViewText(sql: "SELECT 2") }
        let plan = try catalog.apply([view], prunes: true)
        #expect(plan.changes.map(\.action) == [.update])
        #expect(try catalog.table(try TableName(parsing: "sales.orders")).definition.kind == .view)
        #expect(try catalog.plan([view], prunes: true).changes.isEmpty)
    }

    @Test("kept texts are compared line by line")
    func lines() throws {
        let catalog = try home.open()
        _ = try catalog.apply([.other(.init(kind: "crawler", name: "c", text: "a\nb\nc\n"))], prunes: false)
        let plan = try catalog.plan([.other(.init(kind: "crawler", name: "c", text: "a\nB\nc\n"))], prunes: false)
        #expect(plan.changes.first?.items.map(\.line) == ["- line 2  b", "+ line 2  B"])
        #expect(plan.json.json.contains(#""action":"update","kind":"crawler""#))
    }
}
