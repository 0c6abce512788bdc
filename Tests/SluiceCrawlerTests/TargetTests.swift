import Glibc
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceCrawler
import SluiceLog
import SluicePipelines
import SluiceSQLite
import SluiceStorage
import SluiceStreams
import SluiceTestKit
import Testing

@Suite("Targets beyond folders")
struct TargetTests {
    private let folder: CrawlFolder
    private let context: ConnectorContext
    private let store = MemoryStore(now: { 7 })

    init() throws {
        folder = try CrawlFolder()
        context = ConnectorContext(
            catalog: folder.catalog, streams: StreamStore(directory: folder.directory.path("home/streams")), pipeline: "crawl",
            directory: folder.directory.path(""), home: folder.directory.path("home"))
    }

    private func crawl(_ targets: [String], _ change: (inout CrawlSettings) -> Void = { _ in }) async throws -> CrawlPlan {
        let settings = folder.settings {
            $0.targets = targets
            change(&$0)
        }
        let store = store
        let surroundings = CrawlSurroundings(connectors: .standard, context: context) { url in
            url == "s3://bucket" ? store : nil
        }
        return try await Crawler(settings, catalog: folder.catalog, surroundings: surroundings).apply()
    }

    /// All rows of a table of the catalog, as a pipeline reads them.
    private func rows(_ table: String) async throws -> [[Value]] {
        let source = try await TableConnector().source(OptionValues([("table", .text("d." + table))]), in: context)
        var rows: [[Value]] = []
        for split in try await source.splits() {
            let reader = try await source.open(split, SourceRequest(source.schema.fields.map(\.name), keepsRaw: false))
            try await reader.forEachBatch { read in
                #expect(read.rejects.isEmpty)
                for row in 0..<read.batch.rowCount { rows.append(read.batch.columns.map { $0[row] }) }
            }
        }
        return rows
    }

    // MARK: SQLite

    private func shop() throws -> String {
        let path = folder.directory.path("shop db.sqlite")
        let connection = try SQLiteConnection(path, .create)
        try connection.execute(
            """
            CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
            CREATE TABLE orders (
                number INTEGER, line INTEGER, customer INTEGER REFERENCES customers(id), at DATE, price DECIMAL(8,2), note, amount INTEGER,
                PRIMARY KEY (number, line));
            CREATE VIEW totals AS SELECT customer, count(*) AS n FROM orders GROUP BY 1;
            CREATE TABLE "odd name" (x);
            INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bob');
            INSERT INTO orders VALUES (1, 1, 1, '2024-01-05', 1.25, NULL, 3), (1, 2, 1, '2024-01-06', 20.5, x'00FF', 'many'),
                (2, 1, 2, NULL, 7, 'fine', 1);
            """)
        return path
    }

    @Test("a SQLite database: tables and views with types and keys; values of other kinds make a choice, and pipelines read it")
    func sqlite() async throws {
        let path = try shop()
        let plan = try await crawl(["sqlite:" + path])
        #expect(plan.tables.map(\.name.table).sorted() == ["customers", "odd_name", "orders", "totals"], "\(plan.leftOut)")
        let orders = try folder.table("orders")
        #expect(
            orders.definition.columns.map { "\($0.name) \($0.type)" } == [
                "number int64", "line int64", "customer int64", "at date", "price decimal(8,2)", "note choice<string, binary>",
                "amount choice<int64, string>",
            ])
        #expect(orders.definition.parameters["primaryKey"] == "number, line" && orders.rowCount == 3)
        #expect(orders.definition.parameters["foreignKeys"] == "customer → customers(id)")
        #expect(try folder.table("customers").definition.columns[1].isNullable == false)
        #expect(try folder.table("totals").definition.parameters["typeOfData"] == "view")
        let shown = try #require(plan.tables.first { $0.name.table == "orders" })
        #expect(shown.notices.contains { $0.contains("\"amount\"") && $0.contains("integer (2), text (1)") }, "\(shown.notices)")
        #expect(try await rows("orders").count == 3)
        #expect(try await rows("customers") == [[.integer(1), .string("Ann")], [.integer(2), .string("Bob")]])
        #expect(try await rows("odd_name").isEmpty)
        #expect(
            try folder.catalog.crawlEvidence(of: TableName(database: "d", table: "orders")).contains("the database declares DECIMAL(8,2)"))
    }

    @Test("an unchanged database is not read; rows and columns that come are found; a table that goes is deprecated") func sqliteAgain()
        async throws
    {
        let path = try shop()
        _ = try await crawl(["sqlite:" + path])
        #expect(try await crawl(["sqlite:" + path]).isUnchanged)
        do {
            let connection = try SQLiteConnection(path, .write)
            try connection.execute(
                "INSERT INTO customers VALUES (3, 'Cem'); ALTER TABLE customers ADD COLUMN city TEXT; DROP TABLE \"odd name\"")
        }
        let plan = try await crawl(["sqlite:" + path])
        let customers = try #require(plan.tables.first { $0.name.table == "customers" })
        #expect(customers.columnChanges == [.added("city", .string)] && customers.otherChanges == ["rows: 2 to 3"])
        #expect(plan.gone.map(\.name.table) == ["odd_name"] && plan.gone.map(\.fate) == [.deprecated])
        #expect(try folder.table("customers").version == 2)
        let excluded = try await crawl(["sqlite:" + path]) { $0.exclusions = ["o*"] }
        #expect(!excluded.tables.contains { $0.name.table == "orders" } && excluded.figures.excluded == 1)
    }

    @Test("what is no database, and what is not there, are errors that say so") func noDatabase() async throws {
        try folder.write("a.csv", CrawlFolder.orders(1))
        for target in ["sqlite:" + folder.data + "/a.csv", "sqlite:" + folder.data + "/none.db", "stream:none", "gopher://x", "sqlite:"] {
            await #expect(throws: SluiceError.self, "\(target)") { try await crawl([target]) }
        }
        for target in ["postgresql://ann:secret@db/shop", "postgresql:host=db password=secret"] {
            let error = await #expect(throws: SluiceError.self) { try await crawl([target]) }
            #expect(error?.message.contains("password") == true && error?.message.contains("secret") == false)
        }
    }

    @Test("a recrawl of one table's database looks at that table alone, and leaves it to its crawler") func sqliteTable() async throws {
        let path = try shop()
        _ = try await crawl(["sqlite:" + path])
        do { try SQLiteConnection(path, .write).execute("INSERT INTO customers VALUES (3, 'Cem')") }
        let plan = try await crawl(["table:d.customers"]) { $0.name = "other" }
        #expect(plan.tables.map(\.name.table) == ["customers"] && plan.gone.isEmpty)
        #expect(try folder.table("customers").rowCount == 3)
        #expect(try folder.table("customers").definition.parameters["crawler"] == "test")
    }

    // MARK: Streams

    private func append(_ payloads: [String], to stream: String, shards: Int = 1) async throws {
        if !context.streams.exists(stream) { try context.streams.create(stream, shards: shards) }
        let opened = try context.streams.open(stream, for: .writing)
        defer { opened.close() }
        for shard in 0..<shards {
            let own = payloads.indices.filter { $0 % shards == shard }.map { payloads[$0] }
            if own.isEmpty { continue }
            let records = NewRecords(keys: ByteRows(texts: own.map { _ in "k" }), payloads: ByteRows(texts: own), headers: [])
            try await opened.append(records, to: shard)
        }
    }

    @Test("streams: records are told by their content, and a pipeline reads the table") func streams() async throws {
        try await append((0..<20).map { #"{"id":\#($0),"at":"2024-01-05T10:00:0\#($0 % 10)Z","tags":["a"]}"# }, to: "clicks", shards: 2)
        try await append((0..<12).map { "\($0);pen;1,5\($0 % 10)" }, to: "sales")
        try await append(["hello", "world"], to: "prose")
        try context.streams.create("quiet", shards: 1)
        let plan = try await crawl(["stream:*"])
        #expect(
            plan.shapes.sorted() == [
                "clicks: id int64, at timestamptz, tags list<string>", "sales: column1 int64, column2 string, column3 decimal(3,2)",
            ])
        #expect(plan.leftOutNames == ["empty stream:quiet", "unknown stream:prose"], "\(plan.leftOut)")
        #expect(try await rows("clicks").count == 20)
        #expect(try await rows("sales").first?.map(\.description) == ["0", "pen", "1.50"])
        #expect(try await crawl(["stream:*"]).isUnchanged)
        try await append([#"{"id":"x","more":1}"#], to: "clicks", shards: 2)
        let again = try await crawl(["stream:*"])
        let clicks = try #require(again.tables.first { $0.name.table == "clicks" })
        #expect(clicks.change == .updated && again.tables.first { $0.name.table == "sales" }?.change == .unchanged)
        #expect(
            try folder.table("clicks").definition.columns.map { "\($0.name) \($0.type)" } == [
                "id choice<int64, string>", "at timestamptz", "tags list<string>", "more int64",
            ])
        #expect(try await rows("clicks").count == 21)
    }

    @Test("what records are is told by the first of all of them, however they were put") func oneByOne() async throws {
        for row in 0..<5 { try await append(["\(row);pen;1,5\(row)"], to: "sales") }
        try await append(["hello"], to: "mixed")
        for row in 0..<5 { try await append([#"{"id":\#(row)}"#], to: "mixed") }
        let plan = try await crawl(["stream:*"])
        #expect(
            plan.shapes.sorted() == ["sales: column1 int64, column2 string, column3 decimal(3,2)"], "\(plan.shapes) \(plan.leftOut)")
        #expect(try await rows("sales").map { $0[0] } == (0..<5).map { .integer($0) })
    }

    @Test("records that say themselves how they are written are taken at their word") func envelopes() async throws {
        try context.streams.create("files", shards: 1)
        let opened = try context.streams.open("files", for: .writing)
        let header = #"{"format":"csv","columns":["a","b"]}"# + "\nlake/day=3/x.csv"
        try await opened.append(
            NewRecords(
                keys: ByteRows(texts: ["k", "k"]), payloads: ByteRows(texts: ["1,x", "2,y"]),
                headers: [RecordHeader("sluice-envelope", text: header)]), to: 0)
        opened.close()
        let plan = try await crawl(["stream:files"])
        #expect(plan.shapes == ["files: a int64, b string, day string"], "\(plan.leftOut)")
        #expect(try await rows("files") == [[.integer(1), .string("x"), .string("3")], [.integer(2), .string("y"), .string("3")]])
    }

    // MARK: Tables of the catalog

    @Test("a hand-made table of the catalog is looked at where it lies: its options hold, odd files are named, none is made") func table()
        async throws
    {
        try folder.write("d=1/a.txt", "1|x\n2|y\n")
        try folder.write("d=2/a.txt", "3|z\n")
        try folder.write("d=2/b.json", "{\"a\":1}\n{\"a\":2}\n")
        let name = try TableName(database: "d", table: "mine")
        var definition = TableDefinition(
            name: name, columns: [CatalogColumn("a", .string, comment: "the first")], partitionKeys: [CatalogColumn("d", .string)],
            location: folder.data, format: "csv",
            formatOptions: ["delimiter": "|", "header": "[\"a\",\"b\"]"])
        definition.comment = "by hand"
        try folder.catalog.putTable(definition)
        let plan = try await crawl(["table:d.mine"])
        #expect(plan.tables.map(\.name) == [name] && plan.leftOutNames == ["odd b.json"], "\(plan.leftOut)")
        let stored = try folder.table("mine")
        #expect(stored.definition.columns.map { "\($0.name) \($0.type) \($0.comment)" } == ["a int64 the first", "b string "])
        #expect(stored.fileCount == 2 && stored.rowCount == 3 && stored.definition.comment == "by hand")
        #expect(try await crawl(["table:d.mine"]).isUnchanged)
        unlink(folder.data + "/d=2/a.txt")
        _ = try await crawl(["table:d.mine"]) { $0.deletions = .delete }
        #expect(try folder.table("mine").fileCount == 1)
        rename(folder.data, folder.data + " gone")
        let gone = try await crawl(["table:d.mine"]) { $0.deletions = .delete }
        #expect(gone.gone.map(\.fate) == [.logged])
        #expect(try folder.table("mine").definition.columns.count == 2)
        await #expect(throws: SluiceError.self) { try await crawl(["table:d.none"]) }
    }

    // MARK: Object stores

    private func put(_ name: String, _ text: String) async throws {
        try Self.write(text, to: try await store.create(name))
    }

    private static func write(_ text: String, to sink: any ObjectSink) throws {
        var sink = sink
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBytes { try sink.write($0) }
        try sink.finish()
    }

    @Test("objects of a store are found, classified and grouped as files are") func objects() async throws {
        for day in 1...3 { try await put("lake/day=\(day)/a.csv", CrawlFolder.orders(day * 10)) }
        try await put("lake/notes.txt", "hello\n")
        try await put("lake/_tmp/a.csv", "x")
        try await put("other/a.json", "{\"a\":1}\n{\"a\":2}\n")
        let plan = try await crawl(["s3://bucket/lake"])
        #expect(plan.shapes == ["lake: id int64, item string, price decimal(3,2), day int64"], "\(plan.leftOut)")
        let table = try folder.table("lake")
        #expect(table.definition.location == "s3://bucket/lake" && table.fileCount == 3 && table.rowCount == 9)
        #expect(try folder.catalog.files(of: table.definition.name).map(\.path).first == "s3://bucket/lake/day=1/a.csv")
        #expect(plan.leftOutNames == ["unknown notes.txt"])
        #expect(try await crawl(["s3://bucket/lake"]).isUnchanged)
        try await put("lake/day=4/a.csv", CrawlFolder.orders(40))
        try await put("lake/day=5/a.csv", CrawlFolder.orders(50))
        let events = try await crawl(["s3://bucket/lake"]) {
            $0.recrawl = .events
            $0.events = [CrawlEvent(path: "s3://bucket/lake/day=5/a.csv"), CrawlEvent(path: "s3://bucket/lake/day=7/a.csv")]
        }
        #expect(events.tables[0].addedPartitions == [["5"]] && events.figures.filesRead == 1)
        #expect(try await crawl(["s3://bucket/other/a.json"]).shapes == ["a: a int64"])
        for target in ["s3://bucket/none", "s3://nobody/x", "s3://"] {
            await #expect(throws: SluiceError.self, "\(target)") { try await crawl([target]) }
        }
    }

    @Test("an object over what memory holds is read through a file, from its start and from its end") func largeObjects() async throws {
        let line = String(repeating: "x", count: 1_000)
        let rows = (0..<6_000).map { "\($0),\(line)\n" }.joined()
        try await put("big/a.csv", "id,text\n" + rows)
        let plan = try await crawl(["s3://bucket/big"])
        #expect(plan.shapes == ["big: id int64, text string"] && plan.figures.rows == 6_000)
    }
}
