import SluiceCatalog
package import SluiceCore

/// A plan as boxes and the columns that go from one to the next: what `sluice plan --graph` draws.
package struct PlanGraph: Sendable {
    /// What a box stands for.
    package enum Kind: String, Sendable {
        case source, stream, step, sink
        /// Where rows part: those of a route from the others, and those that a step puts aside.
        case route, side
    }

    /// A box.
    package struct Node: Sendable {
        package var kind: Kind
        /// `3 join`, `source`.
        package var title: String
        /// What it reads, does or writes, in one line.
        package var detail: String
        /// How the engine carries it out, in one line.
        package var note: String?
    }

    /// Rows that go from one node to another, by their indices.
    package struct Edge: Sendable {
        package var from: Int
        package var to: Int
        package var schema: Schema
        /// Whether the columns are those that entered the node that the edge begins at.
        package var isUnchanged: Bool

        /// `name type`, with `!` for a column without nulls.
        package var columns: [String] {
            schema.fields.map { "\($0.name) \($0.type)" + ($0.isNullable ? "" : "!") }
        }
    }

    package private(set) var nodes: [Node] = []
    package private(set) var edges: [Edge] = []
    /// Nodes from above to below: what all rows go through, and then the way of each output that has one of its own. The other nodes are sources
    /// that steps read besides.
    package private(set) var ways: [[Int]] = [[]]
    package let title: String
    private let notes: [String: String]

    /// The rows behind a node, on their way to the next.
    private struct Rows {
        var schema: Schema
        var isUnchanged = false
    }

    /// - Parameter notes: How the engine carries steps out, by their names.
    package init(_ plan: LogicalPlan, notes: [String: String] = [:]) {
        title = plan.definition.name
        self.notes = notes
        var rows = Rows(schema: plan.source.schema)
        append(Node(kind: .source, title: "source", detail: plan.source.summary), rows)
        if let stream = plan.stream {
            let shards = "\(stream.shards) shard\(stream.shards == 1 ? "" : "s")"
            let key = stream.key.map { ", keyed by \($0)" } ?? ""
            append(Node(kind: .stream, title: "stream \(stream.name)", detail: shards + key), rows)
        }
        append(plan.steps, &rows)
        let end = ways[0].last
        for output in plan.outputs {
            if case .all = output.role {
                append(sink: output, rows)
                continue
            }
            ways.append([])
            let head = PlanText.heading(of: output, in: plan)
            append(Node(kind: output.isSide ? .side : .route, title: head.title, detail: head.rows), rows)
            let first = nodes.count - 1
            if output.isSide {
                for step in plan.allSteps where step.operation.putsAside(output.label) {
                    guard let from = nodes.firstIndex(where: { $0.title == step.name }) else { continue }
                    let isUnchanged = step.operation.sideOutput == output.label
                    edges.append(Edge(from: from, to: first, schema: output.inputSchema, isUnchanged: isUnchanged))
                }
            } else if let end {
                edges.append(Edge(from: end, to: first, schema: rows.schema, isUnchanged: rows.isUnchanged))
            }
            var own = Rows(schema: output.inputSchema, isUnchanged: true)
            append(output.steps, &own)
            append(sink: output, own)
        }
    }

    private mutating func append(_ steps: [PlannedStep], _ rows: inout Rows) {
        for step in steps {
            append(Node(kind: .step, title: step.name, detail: step.summary, note: notes[step.name]), rows)
            let place = nodes.count - 1
            for source in step.operation.otherSources {
                nodes.append(Node(kind: .source, title: "source of \(step.name)", detail: KnownSecrets.masked(source.summary)))
                edges.append(Edge(from: nodes.count - 1, to: place, schema: source.schema, isUnchanged: false))
            }
            rows.isUnchanged = step.outputSchema == rows.schema
            rows.schema = step.outputSchema
        }
    }

    private mutating func append(sink output: PlannedOutput, _ rows: Rows) {
        append(Node(kind: .sink, title: "sink", detail: "\(output.sink.summary), \(output.sink.guarantee.rawValue)"), rows)
    }

    /// Adds a node to the last way.
    ///
    /// - Parameter rows: What enters it from the node before.
    private mutating func append(_ node: Node, _ rows: Rows) {
        var node = node
        node.detail = KnownSecrets.masked(node.detail)
        if let last = ways[ways.count - 1].last {
            edges.append(Edge(from: last, to: nodes.count, schema: rows.schema, isUnchanged: rows.isUnchanged))
        }
        ways[ways.count - 1].append(nodes.count)
        nodes.append(node)
    }
}

extension LogicalOperation {
    /// Sources that the operation reads beside its input.
    package var otherSources: [PlannedSource] {
        switch self {
        case .join(let join): [join.table]
        case .union(let union): [union.other]
        case .quality(let quality): quality.references.map(\.source)
        default: []
        }
    }
}
