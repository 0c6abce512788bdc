import Sluice
import Testing

/// What a package with jobs of its own sees: only `import Sluice`.
@Suite("Sluice as a library") struct UmbrellaTests {
    struct Order: Codable {
        var item: String
        var price: Double
        var quantity: Int
    }

    struct Total: Codable {
        var item: String
        var total: Double
    }

    @Test("pipelines, closures and types come with one import") func oneImport() throws {
        let closure = try StepClosure.map("total") { (order: Order) in
            Total(item: order.item, total: order.price * Double(order.quantity))
        }
        let pipeline = Pipeline("orders").source(.files("orders.csv", columns: ["price": .float64])).swift("total").sink(
            .table("shop.totals"))
        let jobs = Jobs(pipelines: [pipeline], closures: [closure])
        #expect(jobs.pipelines.map(\.name) == ["orders"] && jobs.closures.map(\.name) == ["total"])
        #expect(pipeline.yaml.contains("table: shop.totals"))
    }

    @Test("the command line can be started with jobs") func entry() {
        let start: @Sendable (Jobs) async -> Never = { await Sluice.main(jobs: $0) }
        _ = start
    }
}
