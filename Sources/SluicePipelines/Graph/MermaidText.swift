import SluiceCore

/// A graph in the language of Mermaid (mermaid.js.org/syntax/flowchart), which Markdown viewers draw.
package enum MermaidText {
    /// Columns that an edge shows.
    private static let shownColumns = 12

    /// The text of a flow chart, without a fence around it.
    package static func text(_ graph: PlanGraph) -> String {
        var lines = ["---", "title: \(quoted(graph.title))", "---", "flowchart TD"]
        for (index, node) in graph.nodes.enumerated() {
            let (open, close) = brackets(node.kind)
            let detail = GraphText.wrapped(node.detail, width: 48, lines: 4).map(escaped)
            let note = GraphText.wrapped(node.note ?? "", width: 48, lines: 4).map { "<i>\(escaped($0))</i>" }
            let text = (["<b>\(escaped(node.title))</b>"] + detail + note).joined(separator: "<br/>")
            lines.append("  n\(index)\(open)\"\(text)\"\(close)")
        }
        for edge in graph.edges {
            lines.append("  n\(edge.from) -->|\"\(label(edge))\"| n\(edge.to)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func label(_ edge: PlanGraph.Edge) -> String {
        if edge.isUnchanged { return "the same \(edge.schema.count) columns" }
        let columns = edge.columns
        let more = columns.count - shownColumns
        return (columns.prefix(shownColumns).map(escaped) + (more > 0 ? ["… \(more) more"] : [])).joined(separator: "<br/>")
    }

    private static func brackets(_ kind: PlanGraph.Kind) -> (String, String) {
        switch kind {
        case .source, .sink: ("[(", ")]")
        case .stream: ("[[", "]]")
        case .step: ("[", "]")
        case .route, .side: ("([", "])")
        }
    }

    /// Signs that mean something to Mermaid or to HTML, as its entities.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in GraphText.printable(text).unicodeScalars {
            switch scalar {
            case "\"", "<", ">", "&", "#", ";", "|", "`", "[", "]", "{", "}", "(", ")": result += "#\(scalar.value);"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "'") + "\"" }
}

/// What the drawings of graphs have in common.
enum GraphText {
    /// Words in lines of at most `width` characters, a longer word cut; the last of `lines` lines ends with `…` where more is left.
    static func wrapped(_ text: String, width: Int, lines most: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in printable(text).split(separator: " ") {
            let word = word.count > width ? word.prefix(width - 1) + "…" : word
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        if !line.isEmpty { lines.append(line) }
        guard lines.count > most else { return lines }
        return Array(lines.prefix(most - 1)) + [String(lines[most - 1].prefix(width - 2)) + " …"]
    }

    /// The text without control characters, which no drawing may hold.
    static func printable(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            result.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return result
    }
}
