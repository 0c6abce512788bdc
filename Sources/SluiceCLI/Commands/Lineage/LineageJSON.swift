import SluiceCatalog
import SluiceCore

/// A lineage with stable keys: edges between columns, and from columns to the datasets whose rows they decide.
enum LineageJSON {
    static func value(_ graph: LineageGraph) -> Value {
        .object([
            "dataset": dataset(graph.dataset),
            "columns": .list(
                graph.subjects.map { subject in .object(["name": .string(subject.node.column), "type": .text(subject.type)]) }),
            "edges": .list(
                graph.edges.map { edge in
                    .object([
                        "from": node(edge.from), "to": node(edge.to), "pipeline": .string(edge.pipeline), "run_id": .text(edge.run?.text),
                        "steps": .list(edge.derivations.map { step($0.step, $0.expression) }),
                    ])
                }),
            "row_edges": .list(
                graph.rowEdges.map { edge in
                    .object([
                        "role": .string(edge.condition.role.rawValue), "from": .list(edge.from.map(node)), "to": dataset(edge.to),
                        "pipeline": .string(edge.pipeline), "run_id": .text(edge.run?.text),
                        "step": step(edge.condition.step, edge.condition.expression),
                    ])
                }),
            "cut": .boolean(graph.isCut),
        ])
    }

    private static func dataset(_ dataset: DatasetName) -> Value {
        .object(["kind": .string(dataset.kind), "name": .string(dataset.name)])
    }

    private static func node(_ node: LineageGraph.Node) -> Value {
        .object(["kind": .string(node.dataset.kind), "name": .string(node.dataset.name), "column": .string(node.column)])
    }

    private static func step(_ name: String, _ expression: String) -> Value {
        .object(["step": .string(name), "expression": .string(expression)])
    }
}
