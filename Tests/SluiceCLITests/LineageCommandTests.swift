import SluiceTestKit
import Testing

@testable import SluiceCLI

@Suite("The command lineage") struct LineageCommandTests {
    private let directory: TemporaryDirectory
    private let home: String

    init() throws {
        directory = try TemporaryDirectory()
        home = directory.path("home")
    }

    /// Two pipelines, of which one reads the table that the other writes.
    private func makeState() async throws {
        try directory.write("data/orders.csv", "id,price,quantity,state\n1,2.50,3,paid\n2,1.00,1,open\n")
        try directory.write(
            "orders.yaml",
            """
            name: orders
            source: {files: data/orders.csv}
            steps:
              - filter: state = 'paid'
              - derive: {amount: price * quantity}
              - select: [id, amount]
            sink: {table: sales.orders}
            """)
        try directory.write(
            "revenue.yaml",
            """
            name: revenue
            source: {table: sales.orders}
            steps:
              - aggregate: {columns: {revenue: sum(amount), n: count(*)}}
            sink: {table: sales.revenue}
            """)
        for name in ["orders", "revenue"] {
            let result = await sluice("run", directory.path("\(name).yaml"), "--home", home, "--quiet")
            try #require(result.status == .done, "\(result.out)\(result.err)")
        }
    }

    @Test("a column is followed to the files, through both pipelines") func upstream() async throws {
        try await makeState()
        let result = await sluice("lineage", "sales.revenue.revenue", "--upstream", "--home", home, width: 200)
        #expect(result.status == .done, "\(result.err)")
        let file = directory.path("data/orders.csv")
        #expect(result.out.hasPrefix("table sales.revenue\n\nComes from\n  revenue  "))
        #expect(
            result.out.contains(
                """
                    1 aggregate: sum(amount)
                    <- table sales.orders: amount  (pipeline revenue)
                      2 derive: price * quantity
                      <- files \(file): price  (pipeline orders)
                      <- files \(file): quantity  (pipeline orders)

                """), "\(result.out)")
        #expect(!result.out.contains("Goes into"))
    }

    @Test("a file's columns go into both tables, and one decides about rows") func downstream() async throws {
        try await makeState()
        let file = directory.path("data/orders.csv")
        let result = await sluice("lineage", file, "--downstream", "--home", home, width: 200)
        #expect(result.status == .done, "\(result.err)")
        #expect(result.out.contains("    -> table sales.orders: amount  (pipeline orders)\n       2 derive: price * quantity\n"))
        #expect(result.out.contains("      -> table sales.revenue: revenue  (pipeline revenue)\n"))
        #expect(result.out.contains("It decides the rows of\n"))
        #expect(result.out.contains("state = 'paid'"))
    }

    @Test("at 80 columns nothing of what decides about rows is cut, and a count says that it is one") func narrow() async throws {
        try directory.write("data/orders.csv", "id,price,quantity,state\n1,2.50,3,paid\n")
        try directory.write(
            "long.yaml",
            """
            name: long
            source: {files: data/orders.csv}
            steps:
              - filter: |
                  state = 'paid'
                  AND quantity > 0 AND quantity < 1000 AND price > 0 AND price < 5000
              - aggregate: {columns: {n: count(*), total: sum(price)}}
            sink: {table: sales.long}
            """)
        try #require(await sluice("run", directory.path("long.yaml"), "--home", home, "--quiet").status == .done)
        let result = await sluice("lineage", "sales.long", "--upstream", "--home", home)
        #expect(result.out.contains("state = 'paid' AND quantity > 0 AND quantity < 1000 AND price > 0 AND price < 5000"), "\(result.out)")
        #expect(result.out.contains("  n  int64\n    2 aggregate: count(*)  (pipeline long)\n"), "\(result.out)")
        #expect(result.out.contains("data/orders.csv: quantity\n"))
    }

    @Test("--json has edges with stable keys, of a pipeline as of its table") func json() async throws {
        try await makeState()
        let json = try await sluice("lineage", "orders", "--home", home, "--json").json
        let graph = try #require(json["graphs"]?[0])
        #expect(graph["dataset"]?["name"]?.text == "sales.orders" && graph["cut"]?.boolean == false)
        #expect(graph["edges"]?[0]?["from"]?["column"]?.text == "price" || graph["edges"]?[0]?["from"]?["column"]?.text == "id")
        #expect(graph["edges"]?[0]?["run_id"]?.text?.count == 26)
        #expect(graph["row_edges"]?[0]?["role"]?.text == "filter")
        #expect(graph["row_edges"]?[0]?["step"]?["expression"]?.text == "state = 'paid'")
        let run = try await sluice("lineage", "--run", "last", "--home", home, "--json").json
        #expect(run["graphs"]?[0]?["dataset"]?["name"]?.text == "sales.revenue")
    }

    @Test("--format mermaid draws boxes and arrows; labels cannot break out") func mermaid() async throws {
        try await makeState()
        let result = await sluice("lineage", "sales.orders", "--format", "mermaid", "--home", home)
        #expect(result.out.hasPrefix("flowchart LR\n  subgraph d0[\"files "))
        #expect(result.out.contains("-->|\"price * quantity\"|"))
        #expect(result.out.contains("-.->|\"filter: state = 'paid'\"| d"))
        try directory.write(
            "odd.yaml",
            "name: odd\nsource: {files: data/orders.csv}\nsteps: [{derive: {x: \"concat('\\\"]', state)\"}}]\nsink: {files: out}\n")
        let odd = await sluice("lineage", directory.path("odd.yaml"), "--format", "mermaid", "--home", home)
        #expect(odd.status == .done && odd.out.contains("|\"concat('#quot;]', state)\"|"), "\(odd.out)\(odd.err)")
    }

    @Test("a definition is planned, not run, and needs no state") func definition() async throws {
        try directory.write("data/orders.csv", "id,price\n1,2\n")
        let path = try directory.write("p.yaml", "name: p\nsource: {files: data/orders.csv}\nsink: {table: a.b}\n")
        let result = await sluice("lineage", path, "--home", home)
        #expect(result.status == .done && result.out.contains("table a.b") && result.out.contains("<- files "), "\(result.err)")
        #expect(await sluice("runs", "list", "--home", home).out.hasPrefix("No runs"))
    }

    @Test("what is not known is refused with the nearest name") func unknown() async throws {
        try await makeState()
        let table = await sluice("lineage", "sales.ordres", "--home", home)
        #expect(table.status == .wrongUsage && table.err.contains("error[not-found]") && table.err.contains("did you mean"))
        let column = await sluice("lineage", "sales.orders.amuont", "--home", home)
        #expect(column.status == .wrongUsage && column.err.contains("did you mean \"amount\"?"))
        #expect(await sluice("lineage", "--home", home).status == .wrongUsage)
        #expect(await sluice("lineage", "x", "--home", directory.path("none")).status == .wrongUsage)
    }
}
