import SluiceCatalog
import SluiceCore
import Testing

@Suite("lineage in the catalog")
struct LineageTests {
    let home = TemporaryHome()

    /// A pipeline that writes `output.column` from `input.column`, filtered by `input.state`.
    private func lineage(
        from input: DatasetName, _ column: String, to output: DatasetName, _ made: String, expression: String? = nil
    ) -> RunLineage {
        let derivations = expression.map { [RunLineage.Derivation(step: "1 derive", expression: $0)] } ?? []
        let column = RunLineage.Column(
            made, type: "int64", origins: [.init(input: 0, column: column)], derivations: derivations)
        let condition = RunLineage.Condition(
            .filter, step: "2 filter", expression: "state = 1", origins: [.init(input: 0, column: "state")])
        return RunLineage(inputs: [.init(input)], outputs: [.init(output, columns: [column], conditions: [condition])])
    }

    private func stored(_ lineage: RunLineage) throws -> StoredLineage {
        let text = try lineage.storedText()
        return StoredLineage(hash: "hash of \(text)", text: text)
    }

    private let raw = DatasetName(kind: "files", name: "/in/*.csv")
    private let orders = DatasetName(kind: "table", name: "sales.orders")
    private let daily = DatasetName(kind: "table", name: "sales.daily")

    @Test("runs of one plan share a lineage, and each pipeline's newest run that did not fail counts")
    func recorded() throws {
        let catalog = try home.open()
        let first = lineage(from: raw, "price", to: orders, "amount")
        let second = lineage(from: raw, "cost", to: orders, "amount")
        let run = try catalog.beginRun(pipeline: "orders", definitionHash: "a", lineage: stored(first))
        try catalog.commit(OutputCommit(), run: run, report: RunReport())
        let again = try catalog.beginRun(pipeline: "orders", definitionHash: "a", lineage: stored(first))
        try catalog.commit(OutputCommit(), run: again, report: RunReport())
        let failed = try catalog.beginRun(pipeline: "orders", definitionHash: "b", lineage: stored(second))
        try catalog.failRun(failed, SluiceError(.overflow, "x"), report: RunReport())
        _ = try catalog.beginRun(pipeline: "plain", definitionHash: "c")
        #expect(try catalog.lineages() == [RecordedLineage(pipeline: "orders", run: again, lineage: first)])
        #expect(try catalog.lineage(of: run)?.lineage == first && catalog.lineage(of: failed)?.lineage == second)
        let other = try catalog.runs(pipeline: "plain")[0]
        #expect(try catalog.lineage(of: other.id) == nil)
    }

    @Test("a column is followed through all pipelines, up and down")
    func followed() throws {
        let recorded = [
            RecordedLineage(pipeline: "a", run: nil, lineage: lineage(from: raw, "price", to: orders, "amount", expression: "price * 2")),
            RecordedLineage(
                pipeline: "b", run: nil, lineage: lineage(from: orders, "amount", to: daily, "total", expression: "sum(amount)")),
        ]
        let up = LineageGraph(of: daily, column: "total", [.upstream], in: recorded)
        #expect(
            up.edges.map { "\($0.from.dataset.name).\($0.from.column) \($0.to.column) \($0.pipeline)" } == [
                "sales.orders.amount total b", "/in/*.csv.price amount a",
            ])
        #expect(up.edges.map(\.derivations.first?.expression) == ["sum(amount)", "price * 2"])
        #expect(up.rowEdges.map { "\($0.to.name) \($0.from[0].dataset.name)" } == ["sales.daily sales.orders", "sales.orders /in/*.csv"])
        let down = LineageGraph(of: raw, column: "price", [.downstream], in: recorded)
        #expect(down.edges.map { "\($0.to.dataset.name).\($0.to.column)" } == ["sales.orders.amount", "sales.daily.total"])
        #expect(down.rowEdges.isEmpty)
        let state = LineageGraph(of: raw, column: "state", [.downstream], in: recorded)
        #expect(state.edges.isEmpty && state.rowEdges.map(\.to) == [orders])
        #expect(LineageGraph(of: orders, column: "none", [.upstream], in: recorded).subjects.isEmpty)
    }

    @Test("files that one pipeline writes are found by the pattern that another reads")
    func patterns() {
        let written = DatasetName(kind: "files", name: "/out/orders")
        #expect(DatasetName(kind: "files", name: "/out/orders/**/*.csv").finds(written))
        #expect(DatasetName(kind: "files", name: "/a.csv, /out/orders").finds(written))
        #expect(!DatasetName(kind: "files", name: "/out/orders2/*.csv").finds(written))
        #expect(!DatasetName(kind: "table", name: "/out/orders").finds(written))
    }

    @Test("a table that its own pipeline reads ends the search", .timeLimit(.minutes(20)))
    func cycle() {
        let recorded = [RecordedLineage(pipeline: "a", run: nil, lineage: lineage(from: orders, "amount", to: orders, "amount"))]
        let graph = LineageGraph(of: orders, column: nil, [.upstream, .downstream], in: recorded)
        #expect(graph.edges.count == 1)
    }

    @Test("a graph over its limit says that it is cut")
    func limit() {
        let wide = 300
        let columns = (0..<wide).map { column in
            RunLineage.Column(
                "c\(column)", type: "int64", origins: (0..<wide).map { .init(input: 0, column: "o\($0)") }, derivations: [])
        }
        let lineage = RunLineage(inputs: [.init(raw)], outputs: [.init(orders, columns: columns, conditions: [])])
        let graph = LineageGraph(of: orders, column: nil, [.upstream], in: [RecordedLineage(pipeline: "a", run: nil, lineage: lineage)])
        #expect(graph.edges.count == LineageLimits.edges && graph.isCut)
    }
}
