import SluiceCatalog
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceCLI

@Suite("The commands about the catalog") struct CatalogCommandTests {
    private let directory: TemporaryDirectory
    private let home: String

    init() throws {
        directory = try TemporaryDirectory()
        home = directory.path("home")
    }

    /// A table with two versions, tags and partitions.
    private func fill() throws {
        let catalog = try Catalog(home: home)
        var definition = TableDefinition(
            name: try TableName(parsing: "sales.orders"), columns: [CatalogColumn("id", .int64), CatalogColumn("customerName", .string)],
            partitionKeys: [CatalogColumn("year", .int32), CatalogColumn("month", .string)], comment: "what was sold",
            location: directory.path("orders"), format: "csv")
        try catalog.putTable(definition)
        definition.columns.append(CatalogColumn("late", .date, comment: "when it came"))
        definition.owner = "ada"
        definition.tags = ["team": "sales", "pii": ""]
        definition.storage.serDe = .init(library: "my.SerDe", parameters: ["a": "b"])
        try catalog.putTable(definition)
        let partitions = (2020...2024).flatMap { year in
            ["01", "02"].map { PartitionDefinition(values: ["\(year)", $0], location: "/o/\(year)/\($0)", fileCount: 1, rowCount: 5) }
        }
        try catalog.putPartitions(partitions, of: definition.name)
        try catalog.close()
    }

    private func run(_ arguments: String...) async -> Outcome { await sluice(["catalog"] + arguments + ["--home", home], width: 160) }

    @Test("show has owner, tags and descriptor") func show() async throws {
        try fill()
        let shown = await run("show", "sales.orders", "--rows", "0")
        for part in ["  ada\n", "  pii team=sales\n", "  my.SerDe\n", "  a=b\n", "Versions\n", "+late date"] {
            #expect(shown.out.contains(part), "\(shown.out)\(shown.err)")
        }
    }

    @Test("partitions: an expression picks them, counts are told, mistakes are marked at their place") func partitions() async throws {
        try fill()
        let picked = await run("partitions", "sales.orders", "--where", "year >= 2023 AND month = '01'")
        #expect(picked.out.hasPrefix("2 partitions picked of sales.orders\n") && picked.out.contains("2024  01"))
        let json = try await run("partitions", "sales.orders", "--limit", "3", "--json").json
        #expect(json["count"]?.integer == 10 && json["partitions"]?.items.count == 3)
        #expect(await run("partitions", "sales.orders", "--limit", "3").out.contains("… 7 more partitions; --all lists them"))
        let wrong = await run("partitions", "sales.orders", "--where", "year = 2024 AND yaer = 3")
        #expect(wrong.status == .wrongUsage)
        #expect(wrong.err.contains("1 | year = 2024 AND yaer = 3\n") && wrong.err.contains("did you mean \"year\"?"), "\(wrong.err)")
    }

    @Test("search finds by words, and says what it looked for instead") func search() async throws {
        try fill()
        let hit = await run("search", "customer", "tag:team")
        #expect(hit.out.contains("sales.orders") && hit.out.contains("customerName"))
        let near = await run("search", "oders")
        #expect(near.out.contains("Nothing begins with \"oders\"; looked for orders\n") && near.out.contains("sales.orders"))
        let json = try await run("search", "\"order\"", "--json").json
        #expect(json["tables"]?.items.isEmpty == true)
        #expect(await run("search", "\"x").status == .wrongUsage)
    }

    @Test("versions, diff and rollback") func versions() async throws {
        try fill()
        #expect(try await run("versions", "sales.orders", "--json").json["versions"]?.items.count == 2)
        let difference = await run("diff", "sales.orders")
        #expect(difference.status == .done && difference.out.contains("sales.orders: version 1 to 2\n  + column late  date\n"))
        #expect(await run("rollback", "sales.orders", "1", "--if-version", "1").status == .failed)
        let back = await run("rollback", "sales.orders", "1", "--if-version", "2")
        #expect(back.out.contains("is now version 3, as version 1 was") && back.out.contains("- column late  date"))
        #expect(await run("diff", "sales.orders", "1", "3").out.contains("no difference"))
        #expect(await run("diff", "sales.orders", "9").status == .wrongUsage)
    }

    @Test("tag, and drop only when it is meant") func tagAndDrop() async throws {
        try fill()
        let tagged = try await run("tag", "sales.orders", "x=y", "--remove", "pii", "--owner", "", "--deprecated", "old", "--json").json
        #expect(tagged["tags"]?.keys == ["team", "x"] && tagged["owner"]?.text == "" && tagged["deprecated"]?.text == "old")
        #expect(await run("tag", "sales.orders").status == .wrongUsage)
        #expect(await run("drop", "sales.orders", "--partition", "2020/01", "--yes").out == "Forgot 1 partition of sales.orders.\n")
        #expect(await run("drop", "sales.orders").err.contains("nothing was done"))
        #expect(await run("drop", "sales.orders", "--yes").status == .done)
        #expect(await run("drop", "--database", "sales", "--yes").status == .done)
        #expect(await run("tables").out.hasPrefix("No tables"))
    }

    @Test("stats shows what is known") func stats() async throws {
        try fill()
        #expect(await run("stats", "sales.orders").out.contains("Nothing is known"))
        let catalog = try Catalog(home: home)
        let known = ColumnStatistics(column: "id", rows: 10, nulls: 5, distinct: 5, minimum: "1", maximum: "9")
        try catalog.setStatistics([known], of: try TableName(parsing: "sales.orders"))
        #expect(await run("stats", "sales.orders").out.contains("5 (50.0 %)"))
        #expect(try await run("stats", "sales.orders", "--json").json["columns"]?[0]?["maximum"]?.text == "9")
    }

    @Test("export writes the same text twice, diff finds nothing, a change is shown and applied") func declarations() async throws {
        try fill()
        let folder = directory.path("catalog")
        let first = await run("export", "--catalog", folder)
        #expect(first.out.contains("2 files, 0 of them as they were."))
        let file = "catalog/databases/sales/orders.yaml"
        let text = try directory.text(file)
        #expect(await run("export", "--catalog", folder).out == "2 files, 2 of them as they were.\n")
        #expect(try directory.text(file) == text)
        #expect(await run("diff", "--catalog", folder).status == .done)
        try directory.write(file, "# a note\n" + text.replacing("owner: ada", with: "owner: grace"))
        let difference = await run("diff", "--catalog", folder)
        #expect(difference.status == .failed)
        #expect(difference.out == "~ table sales.orders\n    ~ owner  \"ada\" -> \"grace\"\n\nTo be done: 1 changed.\n")
        let applied = await run("apply", "--catalog", folder)
        #expect(applied.status == .done && applied.out.hasSuffix("Applied: 1 changed.\n"))
        #expect(await run("export", "--catalog", folder).out == "2 files, 2 of them as they were.\n")
        #expect(try directory.text(file).hasPrefix("# a note\n"))
        let fresh = await sluice("catalog", "apply", "--catalog", folder, "--home", directory.path("fresh"))
        #expect(fresh.out.hasSuffix("Applied: 2 created.\n"))
        let copy = await sluice("catalog", "export", "--catalog", directory.path("copy"), "--home", directory.path("fresh"))
        #expect(copy.status == .done)
        #expect(try directory.text("copy/databases/sales/orders.yaml") == text.replacing("owner: ada", with: "owner: grace"))
    }

    @Test("diff of declarations creates no state; mistakes in several files are shown together") func declaredMistakes() async throws {
        try directory.write("catalog/a.yaml", "table: sales.a\ncolums: {id: int64}\n")
        try directory.write("catalog/b.yaml", "tabel: sales.b\n")
        try directory.write("catalog/c.yaml", "table: sales.c\ncolumns: {id: int46}\n")
        let result = await run("diff", "--catalog", directory.path("catalog"))
        #expect(result.status == .wrongUsage && result.err.contains("3 errors"))
        #expect(result.err.contains("did you mean \"columns\"?") && result.err.contains("declares nothing"))
        try directory.write("catalog/a.yaml", "table: sales.a\nlocation: /a\nformat: csv\ncolumns: {id: int64}\n")
        try directory.write("catalog/b.yaml", "database: sales\n")
        try directory.write("catalog/c.yaml", "crawler: c\ntargets: [x]\n")
        #expect(await run("diff", "--catalog", directory.path("catalog")).out.hasSuffix("To be done: 3 created.\n"))
        #expect(!directory.exists("home"))
        try directory.write("catalog/d.yaml", "table: sales.a\n")
        #expect(await run("apply", "--catalog", directory.path("catalog")).err.contains("is declared in"))
        #expect(await run("apply", "--catalog", directory.path("nowhere")).status == .wrongUsage)
    }

    @Test("backup and restore") func backup() async throws {
        try fill()
        let file = directory.path("backup.sqlite")
        #expect(await run("backup", file).out.contains("1 table in 1 database"))
        #expect(await run("backup", file).status == .wrongUsage)
        #expect(await run("drop", "sales.orders", "--yes").status == .done)
        #expect(await run("restore", file).status == .wrongUsage)
        #expect(await run("restore", file, "--yes").out.hasPrefix("Restored \(file): "))
        #expect(await run("tables").out.contains("sales.orders"))
        let fresh = await sluice("catalog", "restore", file, "--home", directory.path("fresh"))
        #expect(fresh.status == .done, "\(fresh.err)")
        #expect(await sluice("doctor", "--home", directory.path("fresh")).out.contains("ok    database"))
    }
}
