#if PostgreSQL
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceCrawler
import SluiceEngine
import SluiceLog
import SluicePipelines
import SluiceTestKit
import Testing

@Suite(
    "named connections to PostgreSQL",
    .enabled(if: Server.connection != nil, "SLUICE_POSTGRES names no server: run scripts/test-postgres"))
struct ConnectionTests {
    private static let password = "hush-hush"

    private let server: Server

    init() throws {
        server = try Server()
        try server.execute("CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12,2)); INSERT INTO orders VALUES (1, 1.50), (2, 3)")
    }

    private func keep(_ name: String = "shop", user: String? = nil, secrets: [String: String] = [:]) throws {
        _ = try ConnectionStore(server.catalog()).set(
            name, connector: "postgresql", settings: try server.settings(user: user), secrets: secrets, address: nil)
    }

    private func check(_ name: String) async throws -> String {
        let catalog = try server.catalog()
        let store = ConnectionStore(catalog)
        return try await ConnectionCheck(store, .standard, server.context(catalog)).run(store.connection(name), nil)
    }

    private func failure(_ end: String) async -> SluiceError? {
        await sluiceError { try await server.run("source: {postgresql: \(end)}\nsink: {files: out}\n") }
    }

    @Test("both ends name a connection, and the table as services name their entity")
    func ends() async throws {
        try keep()
        try await server.run("source: {postgresql: orders, connection: shop}\nsink: {postgresql: public.copies, connection: shop}\n")
        #expect(try server.rows("SELECT * FROM copies ORDER BY id") == [["1", "1.50"], ["2", "3.00"]])
        let text = """
            source: {postgresql: "", connection: shop, query: "SELECT id + 10 AS id, total FROM orders", cursor: id}
            sink: {postgresql: "", connection: shop, table: copies, mode: upsert, keys: id}
            incremental: true
            """
        try server.execute("ALTER TABLE copies ADD PRIMARY KEY (id)")
        try await server.run(text)
        #expect(try server.rows("SELECT count(*) FROM copies") == [["4"]])
    }

    @Test("the password is the connection's secret, for what is owed too, and stands nowhere")
    func passwords() async throws {
        try server.execute(
            """
            CREATE ROLE \(server.database) LOGIN PASSWORD '\(Self.password)'; GRANT ALL ON SCHEMA public TO \(server.database);
            GRANT SELECT ON orders TO \(server.database)
            """)
        try keep(user: server.database, secrets: ["password": Self.password])
        #expect(try await check("shop").hasPrefix("\(server.database) at "))
        let text = "source: {postgresql: orders, connection: shop}\nsink: {postgresql: copies, connection: shop}\n"
        _ = await sluiceError { try await server.run(text, stoppingAt: .recorded) }
        let catalog = try server.catalog()
        let pending = try #require(try catalog.nextPublication(of: "p", after: 0))
        #expect(!"\(pending)".contains("hush"))
        #expect(try !"\(catalog.connections())".contains("hush"))
        #expect(try await server.recover().map(\.failure?.code) == [nil])
        #expect(try server.rows("SELECT count(*) FROM copies") == [["2"]])
        try keep(user: server.database, secrets: ["password": "wrong-wrong"])
        let refused = await sluiceError { _ = try await check("shop") }
        #expect(refused?.message.contains("password authentication failed") == true, "\(String(describing: refused))")
        #expect(refused?.remedy == "check the user and the password" && refused?.isRetriable == false)
        #expect(!"\(String(describing: refused))".contains("wrong-wrong"))
        try server.execute("DROP OWNED BY \(server.database); DROP ROLE \(server.database)")
    }

    @Test("what does not fit is told where it stands")
    func mistakes() async throws {
        try keep()
        _ = try ConnectionStore(server.catalog()).set("crm", connector: "zendesk", settings: [:], secrets: [:], address: nil)
        for (end, code, words) in [
            ("orders, connection: shpo", "not-found", "shop"), ("orders, connection: crm", "invalid-option", "zendesk"),
            ("orders, connection: shop, table: orders", "invalid-option", "say both"),
            ("orders, connection: shop, query: SELECT 1", "invalid-option", "say both"),
            ("orders, connection: shop, password_secret: x", "invalid-option", "password_secret"),
            ("\"\", connection: shop", "missing-key", "neither table nor query"), ("order, connection: shop", "not-found", "orders"),
        ] {
            let error = await failure(end)
            #expect(error?.code.name == code, "\(end): \(String(describing: error))")
            let told = "\(error?.message ?? "") \(error?.remedy ?? "")"
            #expect(told.contains(words), "\(end): \(String(describing: error))")
            #expect(error?.location != nil, "\(end)")
        }
    }

    @Test("a pipeline that reads and writes one table is found through a connection too")
    func sameTable() async throws {
        try keep()
        let error = await sluiceError {
            try await server.run("source: {postgresql: \"SERVER\", table: orders}\nsink: {postgresql: orders, connection: shop}\n")
        }
        #expect(error?.message.contains("read and written by one pipeline") == true, "\(String(describing: error))")
    }

    @Test("a crawl's target names a connection, and its tables are read through it")
    func crawl() async throws {
        try keep()
        let catalog = try server.catalog()
        var settings = CrawlSettings(name: "test", targets: ["postgresql:connection=shop"])
        settings.database = "d"
        _ = try await Crawler(
            settings, catalog: catalog, surroundings: CrawlSurroundings(connectors: .standard, context: server.context(catalog))
        ).apply()
        let source = try await TableConnector().source(OptionValues([("table", .text("d.orders"))]), in: server.context(catalog))
        #expect(try await source.readAll(["total"]).rows.map { $0[0].description }.sorted() == ["1.50", "3.00"])
    }
}
#endif
