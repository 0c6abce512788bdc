import SluiceCatalog

/// A lineage as lines: each column with the steps that made it and, indented, the columns that it comes from or goes into.
struct LineageText {
    let graph: LineageGraph
    let directions: Set<LineageGraph.Direction>
    /// Lines of one tree; beyond, the diagram or `--json` serves better.
    static let maximumLines = 2_000

    var blocks: [Report.Block] {
        var blocks: [Report.Block] = [.line(graph.dataset.description, .heading)]
        if directions.contains(.upstream) { blocks += section("Comes from", .upstream) }
        if directions.contains(.downstream) { blocks += section("Goes into", .downstream) }
        if graph.isCut { blocks += [.blank, .line("Some of it is left out: there are more columns than are followed.", .warning)] }
        return blocks + [.blank]
    }

    private func section(_ title: String, _ direction: LineageGraph.Direction) -> [Report.Block] {
        var tree = Tree(graph: graph, direction: direction)
        for (node, type) in graph.subjects {
            if direction == .downstream, graph.uses(of: node).isEmpty { continue }
            tree.lines.append("  \(node.column)" + (type.map { "  \($0)" } ?? ""))
            tree.follow(node, depth: 2)
        }
        let rows = graph.rowEdges.filter { ($0.to == graph.dataset) == (direction == .upstream) }
        if tree.lines.isEmpty, rows.isEmpty {
            return [.blank, .line(direction == .upstream ? "No origin is known." : "Nothing reads it.", .dim)]
        }
        var blocks: [Report.Block] = [.blank, .line(title, .heading)] + tree.lines.prefix(Self.maximumLines).map { .line($0) }
        if tree.lines.count > Self.maximumLines { blocks.append(.line("  … \(tree.lines.count - Self.maximumLines) more lines", .dim)) }
        if !rows.isEmpty {
            blocks += [
                .blank, .line(direction == .upstream ? "Its rows are decided by" : "It decides the rows of", .heading),
            ]
            blocks += rows.flatMap { lines($0, direction) }.map { .line($0) }
        }
        return blocks
    }

    /// What decides about rows, whole: the dataset where it is another than the subject, the expression, and its columns.
    private func lines(_ row: LineageGraph.RowEdge, _ direction: LineageGraph.Direction) -> [String] {
        let condition = row.condition
        let made = "\(condition.step), as \(condition.role.rawValue): \(Self.oneLine(condition.expression))"
        let step = "\(made)  (pipeline \(row.pipeline))"
        if direction == .downstream { return ["  \(row.to)", "    \(step)"] + row.from.map { "    by \($0.column)" } }
        let head = row.to == graph.dataset ? [] : ["  of \(row.to)"]
        return head + ["  \(step)"] + row.from.map { "    <- \($0.dataset): \($0.column)" }
    }

    private static func text(_ derivation: RunLineage.Derivation) -> String { "\(derivation.step): \(oneLine(derivation.expression))" }

    /// An expression as one line.
    private static func oneLine(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    /// Lines of the columns that are reached; each is followed once.
    private struct Tree {
        let graph: LineageGraph
        let direction: LineageGraph.Direction
        var lines: [String] = []
        private var seen: Set<LineageGraph.Node> = []

        init(graph: LineageGraph, direction: LineageGraph.Direction) {
            self.graph = graph
            self.direction = direction
        }

        mutating func follow(_ node: LineageGraph.Node, depth: Int) {
            guard lines.count <= LineageText.maximumLines else { return }
            let margin = String(repeating: "  ", count: depth)
            let edges = direction == .upstream ? graph.sources(of: node) : graph.uses(of: node)
            guard seen.insert(node).inserted else {
                if !edges.isEmpty { lines.append(margin + "(as above)") }
                return
            }
            if direction == .upstream, edges.isEmpty {
                for (pipeline, derivations) in graph.derivations(ofNoColumn: node) {
                    lines += derivations.map { margin + LineageText.text($0) + "  (pipeline \(pipeline))" }
                }
            }
            var told: (pipeline: String, derivations: [RunLineage.Derivation])?
            for edge in edges {
                if direction == .upstream, told.map({ $0 == (edge.pipeline, edge.derivations) }) != true {
                    lines += edge.derivations.map { margin + LineageText.text($0) }
                    told = (edge.pipeline, edge.derivations)
                }
                let next = direction == .upstream ? edge.from : edge.to
                let arrow = direction == .upstream ? "<-" : "->"
                lines.append(margin + "\(arrow) \(next.dataset): \(next.column)  (pipeline \(edge.pipeline))")
                if direction == .downstream { lines += edge.derivations.map { margin + "   " + LineageText.text($0) } }
                follow(next, depth: depth + 1)
            }
        }
    }
}
