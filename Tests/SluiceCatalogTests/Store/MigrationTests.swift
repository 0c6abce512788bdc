import GRDB
import SluiceCore
import Testing

@testable import SluiceCatalog

@Suite("states of earlier versions")
struct MigrationTests {
    let home = TemporaryHome()
    private var file: String { Catalog.databasePath(home: home.path) }

    /// What a version of after step 1 may have written: a table with two versions, partitions and files, runs and bookmarks.
    private static let content = """
        INSERT INTO databases VALUES (1, 'sales', 'sold', '/s', '{"k":"v"}', 10, 20);
        INSERT INTO tables (id, database_id, name, comment, location, parameters, version, row_count, byte_count, file_count, created, updated)
            VALUES (7, 1, 'orders', 'Orders', '/s/orders', '{"a":"b"}', 2, 30, 300, 3, 11, 21);
        INSERT INTO table_versions (table_id, version, columns, partition_keys, format, format_options, created, run_id) VALUES
            (7, 1, '[{"comment":"","name":"id","nullable":true,"type":"int64"}]',
                '[{"comment":"","name":"year","nullable":true,"type":"int32"}]', 'csv', '{}', 11, NULL),
            (7, 2, '[{"comment":"the key","name":"id","nullable":false,"type":"decimal(12,2)"}]',
                '[{"comment":"","name":"year","nullable":true,"type":"int32"}]', 'csv', '{"delimiter":";"}', 21, 'R1');
        INSERT INTO partitions (table_id, partition_values, location, file_count, row_count, byte_count, created, updated) VALUES
            (7, '2023', '/s/orders/year=2023', 1, 10, 100, 12, 12), (7, '2024', '/s/orders/year=2024', 1, 10, 100, 12, 12),
            (7, 'x%2Fy', '/s/orders/year=x', 1, 10, 100, 12, 12);
        INSERT INTO table_files VALUES (7, '2023', '/s/orders/year=2023/a.csv', 10, 100, 'R1');
        INSERT INTO runs (id, pipeline, definition_hash, state, started, ended, process_id, process_started, rows_in, rows_out, report)
            VALUES ('R1', 'p', 'h', 'succeeded', 15, 16, 1, '', 10, 10, '{}');
        INSERT INTO bookmarks VALUES ('p', 's', x'0102', 'R1', 16);
        """

    /// What later steps added, by the number of the step.
    private static let later: [Int: String] = [
        2: """
        INSERT INTO consumer_groups (id, stream, name, start, failover_millis, handover_millis, revision, created)
            VALUES (1, 'st', 'g', 'latest', 1, 1, 1, 1);
        """,
        3: "INSERT INTO pipeline_states VALUES ('p', 3, '{}', 'R1', 17);",
        5: "INSERT INTO backfills VALUES ('B1', 'p', 'a', 'b', 'm', 'h', 1, 2, 1, 1, '');",
        6: "INSERT INTO lineages VALUES ('hash', '{}', 1);",
        7: "INSERT INTO quality_figures VALUES ('sales.orders', 'set', 'rows', 1, 3.5);",
        8: "INSERT INTO secrets VALUES ('token', x'00', 9);",
        10: #"UPDATE tables SET owner = 'ada', tags = '{"t":"v"}';"# + " INSERT INTO declarations VALUES ('crawler', 'c', 'text', 5);",
        12: "INSERT INTO crawl_files (crawler, path, byte_count, modified, note) VALUES ('c', '/s/a.csv', 7, 8, 'odd:x');",
    ]

    @Test("a state of after each step is brought forward with all that it had", arguments: 1..<Migrations.names.count)
    func forward(_ steps: Int) throws {
        let old = try DatabaseQueue(path: file)
        try Migrations.apply(first: steps, to: old)
        try old.write { db in
            try db.execute(sql: Self.content)
            for (step, statements) in Self.later.sorted(by: { $0.key < $1.key }) where step <= steps { try db.execute(sql: statements) }
        }
        try old.close()

        let catalog = try home.open()
        let name = try TableName(parsing: "sales.orders")
        let record = try catalog.table(name)
        #expect(record.version == 2 && record.rowCount == 30 && record.createdMicros == 11 && record.partitionCount == 3)
        #expect(
            record.definition.columns == [CatalogColumn("id", .decimal(precision: 12, scale: 2), isNullable: false, comment: "the key")])
        let crawled = CrawledFile(path: "/s/a.csv", byteCount: 7, modifiedMicros: 8, note: "odd:x")
        #expect(try catalog.crawlState(of: "c").files == (steps >= 12 ? [crawled] : []))
        #expect(record.definition.comment == "Orders" && record.definition.parameters == ["a": "b"])
        #expect(record.definition.formatOptions == ["delimiter": ";"] && record.definition.kind == .external)
        #expect(record.definition.owner == (steps >= 10 ? "ada" : "") && record.definition.tags == (steps >= 10 ? ["t": "v"] : [:]))
        #expect(try catalog.database("sales").parameters == ["k": "v"])
        #expect(try catalog.versions(of: name).map(\.run?.text) == ["R1", nil])
        #expect(try catalog.files(of: name).map(\.path) == ["/s/orders/year=2023/a.csv"])
        #expect(try catalog.bookmark(pipeline: "p", source: "s")?.position == [1, 2])
        #expect(try catalog.partitions(of: name).map(\.values) == [["2023"], ["2024"], ["x/y"]])
        let filter = try PartitionFilter(parsing: "year >= 2024 OR year IS NULL", for: record.definition)
        #expect(try catalog.partitions(of: name, where: filter, limit: nil).map(\.values) == [["2024"], ["x/y"]])
        // From then on the program that adds a table indexes it, which these statements do not.
        if steps < 11 { #expect(try catalog.search(try SearchQuery(parsing: "orders"), limit: 5).hits.map(\.table.name) == [name]) }
        #expect(try catalog.rollback(name, to: 1) == 3)
        #expect(try catalog.table(name).definition.columns.map(\.type) == [.int64])
        #expect(try catalog.integrityProblems().isEmpty)
        try kept(steps)
    }

    private func kept(_ steps: Int) throws {
        let counts = [
            (2, "consumer_groups"), (3, "pipeline_states"), (5, "backfills"), (6, "lineages"), (7, "quality_figures"), (8, "secrets"),
            (10, "declarations"),
        ]
        try DatabaseQueue(path: file).read { db in
            for (step, table) in counts {
                let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)")
                #expect(count == (steps >= step ? 1 : 0), "\(table) after step \(steps)")
            }
        }
    }

    @Test("a state that is made anew has the tables and steps of one that was brought forward") func anew() throws {
        func content(_ queue: DatabaseQueue) throws -> [String] {
            try queue.read { db in
                try String.fetchAll(db, sql: "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1")
                    + String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid")
            }
        }
        let old = try DatabaseQueue()
        try Migrations.apply(first: Migrations.names.count, to: old)
        let new = try DatabaseQueue()
        try Migrations.apply(to: new, path: "new")
        #expect(try content(new) == content(old))
        #expect(try content(new).count > Migrations.names.count)
    }

    @Test("steps that were released keep their names and order")
    func names() {
        let released = [
            "1 catalog, runs, bookmarks", "2 consumer groups", "3 states of pipelines", "4 publications", "5 backfills",
            "6 lineage by column",
            "7 quality results", "8 secrets",
        ]
        #expect(Array(Migrations.names.prefix(released.count)) == released)
    }
}
