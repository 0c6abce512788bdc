/// What a dataset's columns come from and what is made of them, through all pipelines.
package struct LineageGraph: Sendable {
    /// A column of a dataset.
    package struct Node: Hashable, Sendable, Comparable {
        package var dataset: DatasetName
        package var column: String

        package init(_ dataset: DatasetName, _ column: String) {
            self.dataset = dataset
            self.column = column
        }

        package static func < (a: Self, b: Self) -> Bool { (a.dataset, a.column) < (b.dataset, b.column) }
    }

    /// One column's values become another's, through a pipeline.
    package struct Edge: Hashable, Sendable {
        package var from: Node
        package var to: Node
        package var pipeline: String
        package var run: RunID?
        package var derivations: [RunLineage.Derivation]
    }

    /// Columns that decide which rows a dataset has.
    package struct RowEdge: Hashable, Sendable {
        package var from: [Node]
        package var to: DatasetName
        package var pipeline: String
        package var run: RunID?
        package var condition: RunLineage.Condition
    }

    /// Which way to go from the subject.
    package enum Direction: Hashable, Sendable, CaseIterable { case upstream, downstream }

    package let dataset: DatasetName
    /// The columns that were asked for, with their types where these are known.
    package private(set) var subjects: [(node: Node, type: String?)] = []
    package private(set) var edges: [Edge] = []
    package private(set) var rowEdges: [RowEdge] = []
    /// Whether some of it is missing: a lineage was cut when it was recorded, or the graph is over its limit.
    package private(set) var isCut = false
    private let recorded: [RecordedLineage]
    private var known: Set<Edge> = []

    /// Follows the lineage of a dataset, or of one of its columns.
    ///
    /// - Complexity: O(edges that are found × pipelines).
    package init(of dataset: DatasetName, column: String?, _ directions: Set<Direction>, in recorded: [RecordedLineage]) {
        self.dataset = dataset
        self.recorded = recorded
        subjects = columns(of: dataset).filter { column == nil || $0.node.column == column }
        if directions.contains(.upstream) { followUpstream() }
        if directions.contains(.downstream) { followDownstream() }
    }

    /// The edges that end in a column.
    package func sources(of node: Node) -> [Edge] { edges.filter { $0.to == node } }
    /// The edges that begin in a column.
    package func uses(of node: Node) -> [Edge] { edges.filter { $0.from == node } }

    /// What makes a column that comes from no other, such as a count, by pipeline.
    package func derivations(ofNoColumn node: Node) -> [(pipeline: String, derivations: [RunLineage.Derivation])] {
        recorded.flatMap { recorded in
            recorded.lineage.outputs.filter { node.dataset.finds($0.dataset) }.flatMap(\.columns)
                .filter { $0.name == node.column && $0.origins.isEmpty && !$0.derivations.isEmpty }
                .map { (pipeline: recorded.pipeline, derivations: $0.derivations) }
        }
    }

    /// The dataset's columns: of its newest writer in the writer's order, then those that readers name.
    private func columns(of dataset: DatasetName) -> [(node: Node, type: String?)] {
        var found: [(node: Node, type: String?)] = []
        var seen: Set<String> = []
        for recorded in recorded {
            for output in recorded.lineage.outputs where dataset.finds(output.dataset) || output.dataset.finds(dataset) {
                for column in output.columns where seen.insert(column.name).inserted {
                    found.append((Node(dataset, column.name), column.type))
                }
            }
        }
        var read: Set<String> = []
        for recorded in recorded {
            for (index, input) in recorded.lineage.inputs.enumerated() where input.dataset == dataset || input.dataset.finds(dataset) {
                for output in recorded.lineage.outputs {
                    let origins = output.columns.flatMap(\.origins) + output.conditions.flatMap(\.origins)
                    read.formUnion(origins.lazy.filter { $0.input == index }.map(\.column))
                }
            }
        }
        return found + read.subtracting(seen).sorted().map { (Node(dataset, $0), nil) }
    }

    private mutating func add(_ edge: Edge) {
        guard edges.count < LineageLimits.edges else {
            isCut = true
            return
        }
        if known.insert(edge).inserted { edges.append(edge) }
    }

    private mutating func followUpstream() {
        var waiting = subjects.map(\.node)
        var seen = Set(waiting)
        var writers: Set<String> = []
        while let node = waiting.popLast() {
            for recorded in recorded {
                for output in recorded.lineage.outputs where node.dataset.finds(output.dataset) {
                    isCut = isCut || recorded.lineage.isCut
                    if writers.insert("\(recorded.pipeline)\n\(node.dataset)").inserted {
                        addConditions(recorded, output, of: node.dataset)
                    }
                    for column in output.columns where column.name == node.column {
                        for origin in column.origins {
                            let from = Node(recorded.lineage.inputs[origin.input].dataset, origin.column)
                            add(edge(from, node, recorded, column))
                            if seen.insert(from).inserted { waiting.append(from) }
                        }
                    }
                }
            }
        }
    }

    private mutating func addConditions(_ recorded: RecordedLineage, _ output: RunLineage.Output, of dataset: DatasetName) {
        for condition in output.conditions where !condition.origins.isEmpty {
            let nodes = condition.origins.map { Node(recorded.lineage.inputs[$0.input].dataset, $0.column) }
            let edge = RowEdge(from: nodes, to: dataset, pipeline: recorded.pipeline, run: recorded.run, condition: condition)
            if !rowEdges.contains(edge) { rowEdges.append(edge) }
        }
    }

    private mutating func followDownstream() {
        var waiting = subjects.map(\.node)
        var seen = Set(waiting)
        while let node = waiting.popLast() {
            for recorded in recorded {
                let inputs = recorded.lineage.inputs.indices.filter {
                    let read = recorded.lineage.inputs[$0].dataset
                    return read == node.dataset || read.finds(node.dataset)
                }
                let origins = Set(inputs.map { RunLineage.Origin(input: $0, column: node.column) })
                if origins.isEmpty { continue }
                for output in recorded.lineage.outputs {
                    isCut = isCut || recorded.lineage.isCut
                    for column in output.columns where column.origins.contains(where: origins.contains) {
                        let to = Node(output.dataset, column.name)
                        add(edge(node, to, recorded, column))
                        if seen.insert(to).inserted { waiting.append(to) }
                    }
                    for condition in output.conditions where condition.origins.contains(where: origins.contains) {
                        let edge = RowEdge(
                            from: [node], to: output.dataset, pipeline: recorded.pipeline, run: recorded.run, condition: condition)
                        if !rowEdges.contains(edge) { rowEdges.append(edge) }
                    }
                }
            }
        }
    }

    private func edge(_ from: Node, _ to: Node, _ recorded: RecordedLineage, _ column: RunLineage.Column) -> Edge {
        Edge(from: from, to: to, pipeline: recorded.pipeline, run: recorded.run, derivations: column.derivations)
    }
}
