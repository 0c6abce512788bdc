import SluiceCatalog

/// Lineages as a Mermaid flowchart: a box for each dataset with its columns in it, a dotted arrow to the dataset where a column decides about rows.
enum LineageDiagram {
    static func mermaid(_ graphs: [LineageGraph]) -> String {
        let edges = graphs.flatMap(\.edges)
        let rowEdges = graphs.flatMap(\.rowEdges)
        let nodes = Set(edges.flatMap { [$0.from, $0.to] } + rowEdges.flatMap(\.from) + graphs.flatMap { $0.subjects.map(\.node) }).sorted()
        let datasets = Set(nodes.map(\.dataset) + rowEdges.map(\.to)).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, "n\($0)") })
        let boxes = Dictionary(uniqueKeysWithValues: datasets.enumerated().map { ($1, "d\($0)") })
        var lines = ["flowchart LR"]
        for dataset in datasets {
            lines.append("  subgraph \(boxes[dataset, default: "d"])[\"\(escaped(dataset.description))\"]")
            for node in nodes where node.dataset == dataset {
                lines.append("    \(numbers[node, default: "n"])[\"\(escaped(node.column))\"]")
            }
            lines.append("  end")
        }
        var drawn: Set<String> = []
        func draw(_ line: String) { if drawn.insert(line).inserted { lines.append(line) } }
        for edge in edges {
            let label = edge.derivations.isEmpty ? "" : "|\"\(escaped(edge.derivations.map(\.expression).joined(separator: "; ")))\"|"
            draw("  \(numbers[edge.from, default: "n"]) -->\(label) \(numbers[edge.to, default: "n"])")
        }
        for edge in rowEdges {
            for node in edge.from {
                draw(
                    "  \(numbers[node, default: "n"]) -.->|\"\(escaped("\(edge.condition.role.rawValue): \(edge.condition.expression)"))\"| "
                        + boxes[edge.to, default: "d"])
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Characters that end a label, or that Mermaid takes for markup, as its entity codes.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "#quot;"
            case "#": result += "#35;"
            case "<": result += "#lt;"
            case ">": result += "#gt;"
            case "&": result += "#amp;"
            case "|": result += "#124;"
            case "`": result += "#96;"
            case _ where scalar.value < 0x20: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
