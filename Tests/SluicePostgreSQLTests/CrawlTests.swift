#if PostgreSQL
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceCrawler
import SluiceLog
import SluicePipelines
import SluiceTestKit
import Testing

@Suite(
    "PostgreSQL as a crawl's target", .enabled(if: Server.connection != nil, "SLUICE_POSTGRES names no server: run scripts/test-postgres"))
struct CrawlTests {
    private let server: Server
    private let catalog: Catalog

    init() throws {
        server = try Server()
        catalog = try server.catalog()
        try server.execute(
            """
            CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
            CREATE TABLE orders (
                customer bigint REFERENCES customers, number integer, total numeric(12,2), tags text[], at timestamptz, PRIMARY KEY (number, customer));
            COMMENT ON TABLE orders IS 'what was ordered';
            COMMENT ON COLUMN orders.total IS 'with tax';
            CREATE VIEW big AS SELECT number, total FROM orders WHERE total > 100;
            CREATE SCHEMA sales;
            CREATE TABLE sales."Odd Name" (x double precision);
            CREATE TABLE sales."a.b" (x integer);
            CREATE TABLE events (day date NOT NULL, n integer) PARTITION BY RANGE (day);
            CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
            INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bob');
            INSERT INTO orders VALUES (1, 1, 12.50, '{a}', '2024-01-01 10:00:00+00'), (2, 1, 130, NULL, NULL);
            INSERT INTO events VALUES ('2024-05-01', 3);
            ANALYZE;
            """)
    }

    private func crawl(_ change: (inout CrawlSettings) -> Void = { _ in }) async throws -> CrawlPlan {
        var settings = CrawlSettings(name: "test", targets: ["postgresql:\(server.connection)"])
        settings.database = "d"
        change(&settings)
        return try await Crawler(settings, catalog: catalog, surroundings: CrawlSurroundings(connectors: .standard, context: context))
            .apply()
    }

    private var context: ConnectorContext {
        ConnectorContext(
            catalog: catalog, streams: StreamStore(directory: server.home + "/streams"), pipeline: "crawl",
            directory: server.directory.root,
            home: server.home)
    }

    private func table(_ name: String) throws -> TableRecord { try catalog.table(TableName(database: "d", table: name)) }

    private func shape(_ name: String) throws -> [String] { try table(name).definition.columns.map { "\($0.name) \($0.type)" } }

    @Test("tables, views and partitioned tables have the types, keys, comments and counts of the database") func tables() async throws {
        let plan = try await crawl()
        #expect(
            plan.tables.map(\.name.table).sorted() == ["big", "customers", "events", "orders", "sales_odd_name"],
            "\(plan.tables.map(\.name))")
        #expect(try shape("orders") == ["customer int64", "number int32", "total decimal(12,2)", "tags list<string>", "at timestamptz"])
        #expect(try shape("events") == ["day date", "n int32"] && shape("big") == ["number int32", "total decimal(12,2)"])
        let orders = try table("orders")
        #expect(orders.definition.comment == "what was ordered" && orders.rowCount == 2)
        #expect(orders.definition.columns.map(\.comment) == ["", "", "with tax", "", ""])
        #expect(orders.definition.columns.map(\.isNullable) == [false, false, true, true, true])
        #expect(orders.definition.parameters["primaryKey"] == "number, customer")
        #expect(orders.definition.parameters["foreignKeys"] == "customer → customers(id)")
        #expect(plan.leftOut.map(\.kind) == [.unknown], "a name with a point cannot be written: \(plan.leftOut)")
    }

    @Test("a crawl of what did not change looks at nothing; what did is a new version, and what is gone is marked") func again()
        async throws
    {
        _ = try await crawl()
        #expect(try await crawl().isUnchanged)
        try server.execute("ALTER TABLE customers ADD COLUMN city text; DROP VIEW big")
        let plan = try await crawl()
        #expect(plan.tables.filter { $0.change != .unchanged }.map(\.name.table) == ["customers"])
        #expect(try shape("customers") == ["id int64", "name string", "city string"])
        #expect(try table("big").definition.parameters["DEPRECATED_BY_CRAWLER"] != nil)
    }

    @Test("patterns leave tables out, and a role sees what it may read") func limits() async throws {
        let plan = try await crawl { $0.exclusions = ["sales/*", "e*"] }
        #expect(plan.tables.map(\.name.table).sorted() == ["big", "customers", "orders"], "\(plan.tables.map(\.name))")
    }

    @Test("a pipeline reads a table by its name in the catalog") func read() async throws {
        _ = try await crawl()
        let source = try await TableConnector().source(OptionValues([("table", .text("d.orders"))]), in: context)
        let found = try await source.readAll(["number", "total"])
        #expect(found.rejects.isEmpty && found.rows.map { $0[1].description }.sorted() == ["12.50", "130.00"], "\(found.rows)")
    }
}
#endif
