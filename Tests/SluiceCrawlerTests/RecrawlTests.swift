import Glibc
import SluiceCatalog
import SluiceCore
import SluiceCrawler
import Testing

@Suite("Crawling again")
struct RecrawlTests {
    private func lake() throws -> CrawlFolder {
        let folder = try CrawlFolder()
        for day in 1...3 { try folder.write("day=\(day)/a.csv", CrawlFolder.orders(day * 10)) }
        return folder
    }

    @Test("planning changes nothing; applying makes the table with its partitions and files") func apply() async throws {
        let folder = try lake()
        _ = try await folder.plan()
        #expect(try folder.catalog.tables().isEmpty)
        let plan = try await folder.apply()
        #expect(plan.tables.map(\.change) == [.created])
        let table = try folder.table("data")
        #expect(table.rowCount == 9 && table.fileCount == 3 && table.partitionCount == 3 && table.version == 1)
        #expect(try folder.catalog.partitions(of: table.definition.name).map(\.values) == [["1"], ["2"], ["3"]])
        #expect(try folder.catalog.files(of: table.definition.name).allSatisfy { $0.run == nil && $0.rowCount == 3 })
    }

    @Test("unchanged data is not opened, and nothing is changed") func unchanged() async throws {
        let folder = try lake()
        try await folder.apply()
        let before = try folder.table("data")
        for day in 1...3 { chmod(folder.data + "/day=\(day)/a.csv", 0) }
        let again = try await folder.apply()
        #expect(again.isUnchanged && again.tables.isEmpty)
        #expect(try folder.table("data") == before)
        #expect(try folder.catalog.crawlRuns().map(\.state) == [.done, .done])
    }

    @Test("a new partition, a changed file and a file that is gone are told apart") func changes() async throws {
        let folder = try lake()
        try await folder.apply()
        try folder.write("day=4/a.csv", CrawlFolder.orders(40))
        try folder.write("day=2/a.csv", CrawlFolder.orders(20, count: 5))
        unlink(folder.data + "/day=1/a.csv")
        let plan = try await folder.apply()
        let table = try #require(plan.tables.first)
        #expect(table.change == .updated)
        #expect(table.addedPartitions == [["4"]] && table.removedPartitions == [["1"]])
        #expect(table.addedFiles == 1 && table.changedFiles == 1 && table.removedFiles == 1)
        let stored = try folder.table("data")
        #expect(stored.rowCount == 11 && stored.fileCount == 3 && stored.version == 1)
    }

    @Test("changed columns follow the policy", arguments: CrawlSettings.UpdatePolicy.allCases) func policies(
        _ policy: CrawlSettings.UpdatePolicy
    ) async throws {
        let folder = try lake()
        try await folder.apply()
        try folder.write("day=4/a.csv", "id,item,price,gate\nA7,pen,1.25,A\n")
        let plan = try await folder.apply { $0.updates = policy }
        let table = try #require(plan.tables.first)
        let stored = try folder.table("data")
        let types = stored.definition.columns.map { "\($0.name) \($0.type)" }
        let added = PlannedTable.ColumnChange.added("gate", .string)
        let retyped = PlannedTable.ColumnChange.retyped("id", from: .int64, to: .string)
        switch policy {
        case .update:
            #expect(types == ["id string", "item string", "price decimal(3,2)", "gate string"] && stored.version == 2)
            #expect(Set(table.columnChanges) == [added, retyped] && table.keptOut.isEmpty)
        case .merge:
            #expect(types == ["id int64", "item string", "price decimal(3,2)", "gate string"] && stored.version == 2)
            #expect(table.columnChanges == [added] && table.keptOut == [retyped])
        case .log:
            #expect(types == ["id int64", "item string", "price decimal(3,2)"] && stored.version == 1)
            #expect(table.columnChanges.isEmpty && Set(table.keptOut) == [added, retyped])
        }
        #expect(stored.fileCount == 4, "files and partitions are added whatever the policy is")
    }

    @Test("tables whose data is gone follow the policy", arguments: CrawlSettings.DeletePolicy.allCases) func gone(
        _ policy: CrawlSettings.DeletePolicy
    ) async throws {
        let folder = try CrawlFolder()
        try folder.write("orders/a.csv", CrawlFolder.orders(1))
        try folder.write("people/a.csv", "name,age,city,mail\nAnn,30,Ulm,a@b\n")
        try await folder.apply()
        unlink(folder.data + "/people/a.csv")
        let plan = try await folder.apply { $0.deletions = policy }
        let left = try folder.catalog.tables().map(\.name.table)
        switch policy {
        case .delete: #expect(left == ["orders"] && plan.gone.map(\.fate) == [.deleted])
        case .deprecate:
            #expect(left == ["orders", "people"] && plan.gone.map(\.fate) == [.deprecated])
            #expect(try folder.table("people").definition.parameters["DEPRECATED_BY_CRAWLER"] != nil)
            try folder.write("people/a.csv", "name,age,city,mail\nAnn,30,Ulm,a@b\n")
            try await folder.apply { $0.deletions = policy }
            #expect(try folder.table("people").definition.parameters["DEPRECATED_BY_CRAWLER"] == nil)
        case .log: #expect(left == ["orders", "people"] && plan.gone.map(\.fate) == [.logged])
        }
    }

    @Test("only new folders: others are not opened, columns stay", arguments: ["day=", ""]) func newFolders(_ key: String) async throws {
        let folder = try CrawlFolder()
        for day in 1...3 { try folder.write("\(key)\(day)/a.csv", CrawlFolder.orders(day)) }
        try await folder.apply()
        try folder.write("\(key)1/b.csv", "not looked at")
        try folder.write("\(key)4/a.csv", "id,item,price,gate\n9,pen,1.25,A\n")
        let plan = try await folder.apply { $0.recrawl = .newFolders }
        #expect(plan.tables.map(\.addedPartitions) == [[["4"]]], "\(plan.shapes)")
        let stored = try folder.table("data")
        #expect(stored.fileCount == 4 && stored.definition.columns.count == 3 && stored.version == 1)
    }

    @Test("a table that somebody else made is left alone") func foreign() async throws {
        let folder = try CrawlFolder()
        let name = try TableName(database: "d", table: "data")
        try folder.catalog.putTable(
            TableDefinition(name: name, columns: [CatalogColumn("x", .int64)], location: "elsewhere", format: "csv"))
        try folder.write("a.csv", CrawlFolder.orders(1))
        let plan = try await folder.apply()
        #expect(plan.tables[0].name.table.hasPrefix("data_"))
        #expect(try folder.table("data").definition.location == "elsewhere")
        #expect(try await folder.apply().isUnchanged)
    }

    @Test("what people say of a table outlives crawls") func comments() async throws {
        let folder = try lake()
        try await folder.apply()
        var definition = try folder.table("data").definition
        definition.comment = "orders"
        definition.columns[0].comment = "the number"
        definition.parameters["owner"] = "Ann"
        try folder.catalog.putTable(definition)
        try folder.write("day=4/a.csv", "id,item,price,gate\n9,pen,1.25,A\n")
        try await folder.apply()
        let after = try folder.table("data").definition
        #expect(after.comment == "orders" && after.columns[0].comment == "the number" && after.parameters["owner"] == "Ann")
    }

    @Test("a file that changes during a crawl is named, and looked at again") func changing() async throws {
        let folder = try lake()
        let path = folder.data + "/day=1/a.csv"
        let progress = CrawlProgress { stage in
            guard stage == .reading, let file = fopen(path, "a") else { return }
            fputs("99,ink,2.25\n", file)
            fclose(file)
        }
        let first = try await Crawler(folder.settings(), catalog: folder.catalog, progress: progress).apply()
        #expect(first.notices.contains { $0.hasPrefix(path) && $0.contains("changed while it was read") }, "\(first.notices)")
        let second = try await folder.apply()
        #expect(!second.isUnchanged)
        #expect(try folder.table("data").rowCount == 10)
        #expect(try await folder.apply().isUnchanged)
    }

    @Test("a crawl that is stopped leaves the catalog as it was, and the history says so") func stopped() async throws {
        let folder = try lake()
        try await folder.apply()
        let before = try folder.table("data")
        try folder.write("day=9/a.csv", CrawlFolder.orders(90))
        let crawler = Crawler(
            folder.settings(), catalog: folder.catalog,
            progress: CrawlProgress { stage in if stage == .reading { withUnsafeCurrentTask { $0?.cancel() } } })
        await #expect(throws: CancellationError.self) { try await Task { try await crawler.apply() }.value }
        #expect(try folder.table("data") == before)
        #expect(try folder.catalog.crawlRuns().map(\.state) == [.interrupted, .done])
    }

    @Test("the evidence of the last crawl can be asked for") func evidence() async throws {
        let folder = try lake()
        try await folder.apply()
        let text = try folder.catalog.crawlEvidence(of: TableName(database: "d", table: "data"))
        #expect(text.contains("\"candidates\"") && text.contains("day=1/a.csv"))
        #expect(throws: SluiceError.self) { try folder.catalog.crawlEvidence(of: TableName(database: "d", table: "x")) }
    }
}
