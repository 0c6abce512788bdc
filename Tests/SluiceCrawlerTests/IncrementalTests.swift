import Glibc
import SluiceCatalog
import SluiceCore
import SluiceCrawler
import SluiceTestKit
import Testing

@Suite("Statistics of a crawl")
struct CrawlStatisticsTests {
    @Test("a crawl that reads all values leaves what it knows of them; a sample leaves nothing") func statistics() async throws {
        let folder = try CrawlFolder()
        try folder.write("orders/a.csv", "id,item,price\n1,pen,1.25\n2,,2.50\n3,ink,0.75\n")
        let name = try TableName(database: "d", table: "orders")
        try await folder.apply { $0.verification = .sample }
        #expect(try folder.catalog.statistics(of: name).isEmpty)
        try await folder.apply()
        let known = try folder.catalog.statistics(of: name).map(\.statistics)
        #expect(
            known == [
                ColumnStatistics(column: "id", rows: 3, nulls: 0, distinct: 3, minimum: "1", maximum: "3"),
                ColumnStatistics(column: "item", rows: 3, nulls: 1, distinct: 2, minimum: "ink", maximum: "pen"),
                ColumnStatistics(column: "price", rows: 3, nulls: 0, distinct: 3, minimum: "0.75", maximum: "2.5"),
            ])
        try folder.write("orders/b.csv", "id,item,price\n9,cap,9.25\n")
        try await folder.apply()
        let later = try folder.catalog.statistics(of: name).map(\.statistics)
        #expect(later.map(\.rows) == [4, 4, 4] && later[0].maximum == "9" && later[0].distinct == 4, "\(later)")
    }
}

@Suite("Crawling only what changed")
struct IncrementalTests {
    @Test("changes that a policy kept out come in when the policy is another, though no file has changed", arguments: [false, true])
    func otherPolicy(_ isNewFolders: Bool) async throws {
        let folder = try lake(2)
        try await folder.apply()
        try folder.write("day=3/a.csv", "id,item,price,note\n1,pen,1.25,x\n")
        let logged = try await folder.apply { settings in
            if isNewFolders { settings.recrawl = .newFolders } else { settings.updates = .log }
        }
        #expect(logged.tables.first?.keptOut.count == 1, "\(logged.tables)")
        #expect(try folder.table("data").definition.columns.count == 3)
        #expect(try await folder.apply { $0.updates = .log }.isUnchanged)
        let merged = try await folder.apply { $0.updates = .merge }
        #expect(merged.tables.first?.change == .updated && merged.figures.filesRead == 0, "\(merged.tables)")
        #expect(try folder.table("data").definition.columns.map(\.name) == ["id", "item", "price", "note"])
        #expect(try await folder.apply().isUnchanged)
    }

    @Test("a crawl of the same folder into another database leaves the tables of the first alone") func otherDatabase() async throws {
        let folder = try lake(2)
        try await folder.apply()
        let other = try await folder.apply { $0.database = "e" }
        #expect(other.gone.isEmpty && other.tables.map(\.name.database) == ["e"], "\(other.gone)")
        #expect(try folder.table("data").definition.parameters["DEPRECATED_BY_CRAWLER"] == nil)
    }

    private func lake(_ days: Int = 6) throws -> CrawlFolder {
        let folder = try CrawlFolder()
        for day in 1...days { try folder.write("day=\(day)/a.csv", CrawlFolder.orders(day * 10)) }
        return folder
    }

    private func evidence(_ folder: CrawlFolder) throws -> String {
        try folder.catalog.crawlEvidence(of: TableName(database: "d", table: "data"))
    }

    @Test("of a table of which one file is new, only that file is opened") func onlyNew() async throws {
        let folder = try lake()
        try await folder.apply()
        for day in 1...6 { chmod(folder.data + "/day=\(day)/a.csv", 0) }
        try folder.write("day=7/a.csv", "id,item,price\nA7,pen,1.25\n")
        let plan = try await folder.apply()
        #expect(plan.figures.filesRead == 1)
        let table = try folder.table("data")
        #expect(table.rowCount == 19 && table.fileCount == 7 && table.version == 2)
        #expect(table.definition.columns.map { "\($0.name) \($0.type)" } == ["id string", "item string", "price decimal(3,2)"])
        #expect(try folder.catalog.partitions(of: table.definition.name).map(\.rowCount) == [3, 3, 3, 3, 3, 3, 1])
    }

    @Test("a type comes back when the one file is mended that stood against it, and the others are not opened") func mended() async throws {
        let folder = try lake()
        try folder.write("day=3/a.csv", "id,item,price\nA7,pen,1.25\n")
        try await folder.apply()
        #expect(try folder.table("data").definition.columns[0].type == .string)
        for day in [1, 2, 4, 5, 6] { chmod(folder.data + "/day=\(day)/a.csv", 0) }
        try folder.write("day=3/a.csv", CrawlFolder.orders(30))
        let plan = try await folder.apply()
        #expect(plan.figures.filesRead == 1 && plan.leftOut.isEmpty)
        #expect(try folder.table("data").definition.columns[0].type == .int64)
    }

    @Test("after any changes the catalog is what a first crawl makes, evidence and all", arguments: 1...6) func model(_ seed: UInt64)
        async throws
    {
        let folder = try lake()
        var random = SeededGenerator(seed: seed)
        for step in 0..<6 {
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let path = "day=\(Int.random(in: 1...9, using: &random))/a.csv"
                switch Int.random(in: 0...3, using: &random) {
                case 0: unlink(folder.data + "/" + path)
                case 1: try folder.write(path, "id,item,price\n\(step)x,\"a\nb\",1.5\n")
                case 2: try folder.write(path, "id,item,price,gate\n1,pen,,A\(step)\n2,2024-01-0\(step + 1),7,B\n")
                default: try folder.write(path, CrawlFolder.orders(step, count: Int.random(in: 1...9, using: &random)))
                }
            }
            try await folder.apply()
            let fresh = try Catalog(home: folder.directory.path("fresh\(step)"))
            let first = try await Crawler(folder.settings(), catalog: fresh).apply()
            let name = try TableName(database: "d", table: "data")
            let (own, other) = (try folder.table("data"), try fresh.table(name))
            #expect(own.definition.columns == other.definition.columns, "step \(step), \(first.shapes)")
            #expect(own.rowCount == other.rowCount && own.fileCount == other.fileCount)
            #expect(try folder.catalog.files(of: name) == fresh.files(of: name))
            #expect(
                Self.withoutDistinct(try evidence(folder)) == Self.withoutDistinct(try fresh.crawlEvidence(of: name)), "step \(step)")
        }
    }

    /// Counts of different values may have those of files that are gone; they say so.
    private static func withoutDistinct(_ text: String) -> String {
        text.split(separator: ",").filter { !$0.hasPrefix("\"distinct") }.joined(separator: ",")
    }

    @Test("different values are counted exactly while files only come, and about when one goes") func distinct() async throws {
        let folder = try lake(2)
        try await folder.apply()
        try folder.write("day=3/a.csv", CrawlFolder.orders(30))
        try await folder.apply()
        #expect(try evidence(folder).contains("\"distinct\":9,\"distinct_is_exact\":true"))
        unlink(folder.data + "/day=1/a.csv")
        try await folder.apply()
        #expect(try evidence(folder).contains("\"distinct\":9,\"distinct_is_exact\":false"))
    }

    @Test("what others keep with a partition outlives crawls that change it") func partitionParameters() async throws {
        let folder = try lake(3)
        try await folder.apply()
        let name = try TableName(database: "d", table: "data")
        var partition = try #require(try folder.catalog.partitions(of: name).first)
        partition.parameters["owner"] = "Ann"
        try folder.catalog.putPartitions(
            [
                PartitionDefinition(
                    values: partition.values, location: partition.location, parameters: partition.parameters,
                    fileCount: partition.fileCount, rowCount: partition.rowCount, byteCount: partition.byteCount)
            ], of: name)
        try folder.write("day=1/b.csv", CrawlFolder.orders(70))
        try folder.write("day=9/a.csv", CrawlFolder.orders(90))
        try await folder.apply()
        let after = try folder.catalog.partitions(of: name)
        #expect(after.map(\.values) == [["1"], ["2"], ["3"], ["9"]])
        #expect(after[0].parameters["owner"] == "Ann" && after[0].fileCount == 2 && after[0].rowCount == 6, "\(after[0])")
    }

    @Test("unknown files are not looked at again, unless they change") func unknownFiles() async throws {
        let folder = try lake(2)
        try folder.write("notes.txt", "hello\n")
        try await folder.apply()
        chmod(folder.data + "/notes.txt", 0)
        try folder.write("day=3/a.csv", CrawlFolder.orders(30))
        let plan = try await folder.apply()
        #expect(plan.leftOutNames == ["unknown notes.txt"], "\(plan.leftOut)")
    }

    @Test("a crawl of events looks at what is named, and at nothing else") func events() async throws {
        let folder = try lake(4)
        try await folder.apply()
        try folder.write("day=2/a.csv", CrawlFolder.orders(20, count: 5))
        try folder.write("day=8/a.csv", CrawlFolder.orders(80))
        try folder.write("day=9/a.csv", CrawlFolder.orders(90))
        unlink(folder.data + "/day=1/a.csv")
        unlink(folder.data + "/day=3/a.csv")
        let plan = try await folder.apply {
            $0.recrawl = .events
            $0.events = ["/day=9", "/day=2/a.csv", "/day=1/a.csv", "/day=7/none.csv", "/day=9/a.csv"].map {
                CrawlEvent(path: folder.data + $0)
            }
        }
        let table = try #require(plan.tables.first)
        #expect(table.addedPartitions == [["9"]] && table.removedPartitions == [["1"]] && table.changedFiles == 1, "\(plan.leftOut)")
        #expect(plan.figures.filesRead == 2)
        #expect(try folder.table("data").rowCount == 3 + 5 + 3 + 3, "of day 3 nobody was told")
        try await folder.apply()
        #expect(try folder.table("data").rowCount == 5 + 3 + 3 + 3)
    }

    @Test("messages of S3 are events, whatever wraps them; other JSON is an error") func messages() throws {
        let message =
            #"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"a+b/d%C3%A9=1/x.csv","size":3}}}]}"#
        #expect(try CrawlEvent.events(of: message).map(\.path) == ["s3://b/a b/dé=1/x.csv"])
        let wrapped = Value.structure([.init("Type", .string("Notification")), .init("Message", .string(message))]).json
        #expect(try CrawlEvent.events(of: wrapped).count == 1)
        #expect(try CrawlEvent.events(of: #"{"Event":"s3:TestEvent"}"#).isEmpty)
        #expect(try CrawlEvent.events(of: "/data/x.csv") == [CrawlEvent(path: "/data/x.csv")])
        for wrong in [#"{"Records":1}"#, "{", #"{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"%G1"}}}]}"#] {
            #expect(throws: SluiceError.self) { try CrawlEvent.events(of: wrong) }
        }
    }

    @Test("a sample of each folder stands for its other files; where it is not alike, all are looked at") func sampled() async throws {
        let folder = try CrawlFolder()
        for day in 1...2 { for part in 10..<30 { try folder.write("lake/day=\(day)/\(part).csv", CrawlFolder.orders(part)) } }
        for part in 10..<20 {
            try folder.write("mixed/\(part).csv", part % 2 == 0 ? CrawlFolder.orders(part) : "name;age\nAnn;3\nBob;4\n")
        }
        let plan = try await folder.apply { $0.sampledFiles = 2 }
        #expect(plan.figures.filesRead == 4 + 10, "\(plan.shapes)")
        let lake = try #require(plan.tables.first { $0.name.table == "lake" })
        #expect(lake.fileCount == 40 && lake.rows == 12)
        #expect(plan.tables.count == 3 && plan.notices.contains { $0.contains("samples") })
        #expect(try await folder.apply { $0.sampledFiles = 2 }.isUnchanged)
        #expect(try await folder.apply().figures.filesRead == 50, "without a sample all are read")
    }
}
