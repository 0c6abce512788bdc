import SluicePipelines
import SluiceCore

/// The jobs and which of them run after which, drawn.
package struct JobGraph: Sendable {
    private let jobs: JobSet
    /// Jobs in levels: each stands below all that it runs after.
    private let levels: [[String]]

    /// - Parameter root: Only this job, those before it and those behind it; nil: all.
    package init(_ all: JobSet, around root: String? = nil) {
        jobs = all
        var names = Set(all.names)
        if let root { names = all.names(before: root).union(all.names(behind: root)).union([root]) }
        var level: [String: Int] = [:]
        var hasChanged = true
        // At most as often as the longest way has jobs.
        while hasChanged {
            hasChanged = false
            for name in names {
                let above = (all[name]?.rules.after?.jobs ?? []).filter(names.contains).map { level[$0, default: 0] + 1 }.max() ?? 0
                if level.updateValue(above, forKey: name) != above { hasChanged = true }
            }
        }
        let depth = (level.values.max() ?? -1) + 1
        levels = (0..<depth).map { index in names.filter { level[$0] == index }.sorted() }
    }

    package var names: [String] { levels.flatMap(\.self) }

    private func edges() -> [(from: String, to: String, label: String)] {
        names.flatMap { name -> [(from: String, to: String, label: String)] in
            guard let condition = jobs[name]?.rules.after else { return [] }
            let states =
                condition.states == ["succeeded"] ? "" : condition.states.sorted().joined(separator: " or ").replacing("_", with: " ")
            let any = condition.isAny && condition.jobs.count > 1 ? "any" : ""
            let properties = condition.properties.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.joined(separator: " or "))" }
            return condition.jobs.map { ($0, name, ([any, states] + properties).filter { !$0.isEmpty }.joined(separator: ": ")) }
        }
    }

    private func detail(_ name: String) -> String {
        guard let job = jobs[name] else { return "" }
        let when =
            [job.rules.summary].filter { !$0.isEmpty } + job.rules.events.map { "on \($0.key)" }
            + (job.rules.each.map { [$0.summary] } ?? [])
        return "\(job.kind) \(job.subject)" + (when.isEmpty ? "" : "; " + when.joined(separator: ", "))
    }

    /// Lines for a terminal: each job once, below it those that run after it.
    package var lines: [String] {
        var lines: [String] = []
        var shown: Set<String> = []
        let edges = Dictionary(grouping: edges(), by: \.from)
        func add(_ name: String, _ prefix: String, _ branch: String, _ label: String) {
            let note = label.isEmpty ? "" : " (\(label))"
            let isKnown = !shown.insert(name).inserted
            lines.append(prefix + branch + name + note + (isKnown ? " …" : "  " + detail(name)))
            if isKnown { return }
            let next = edges[name] ?? []
            let inner = branch.isEmpty ? prefix : prefix + (branch == "└─ " ? "   " : "│  ")
            for (index, edge) in next.enumerated() { add(edge.to, inner, index == next.count - 1 ? "└─ " : "├─ ", edge.label) }
        }
        for name in levels.first ?? [] { add(name, "", "", "") }
        return lines
    }

    /// A flow chart in the language of Mermaid.
    package var mermaid: String {
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var lines = ["flowchart TD"]
        for name in names {
            let parts = ["<b>\(DrawnText.mermaid(name))</b>", DrawnText.mermaid(detail(name))]
            lines.append("  n\(numbers[name, default: 0])[\"\(parts.joined(separator: "<br/>"))\"]")
        }
        for edge in edges() {
            let label = edge.label.isEmpty ? "" : "|\"\(DrawnText.mermaid(edge.label))\"|"
            lines.append("  n\(numbers[edge.from, default: 0]) -->\(label) n\(numbers[edge.to, default: 0])")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A picture: the levels from above to below.
    package var svg: String {
        let (width, height, gapX, gapY, margin) = (250, 52, 30, 60, 20)
        var places: [String: (x: Int, y: Int)] = [:]
        for (row, level) in levels.enumerated() {
            for (column, name) in level.enumerated() { places[name] = (margin + column * (width + gapX), margin + row * (height + gapY)) }
        }
        let columns = levels.map(\.count).max() ?? 0
        let (totalX, totalY) = (2 * margin + columns * (width + gapX), 2 * margin + levels.count * (height + gapY))
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(totalX)" height="\(totalY)" viewBox="0 0 \(totalX) \(totalY)" role="img">
            <title>jobs</title>
            <style>
            text { font: 12px ui-monospace, monospace; fill: #1f2328; } .name { font-weight: bold; } .detail { fill: #57606a; }
            rect { fill: #f6f8fa; stroke: #57606a; } line { stroke: #57606a; } polygon { fill: #57606a; }
            </style>
            <rect width="100%" height="100%" style="fill: #ffffff; stroke: none"/>
            """
        ]
        for edge in edges() {
            guard let from = places[edge.from], let to = places[edge.to] else { continue }
            let (x1, y1, x2, y2) = (from.x + width / 2, from.y + height, to.x + width / 2, to.y)
            parts.append("<line x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2 - 8)\"/>")
            parts.append("<polygon points=\"\(x2),\(y2) \(x2 - 5),\(y2 - 9) \(x2 + 5),\(y2 - 9)\"/>")
            if !edge.label.isEmpty {
                parts.append("<text class=\"detail\" x=\"\((x1 + x2) / 2 + 6)\" y=\"\((y1 + y2) / 2)\">\(DrawnText.xml(edge.label))</text>")
            }
        }
        for name in names {
            guard let place = places[name] else { continue }
            parts.append("<rect x=\"\(place.x)\" y=\"\(place.y)\" width=\"\(width)\" height=\"\(height)\" rx=\"6\"/>")
            parts.append(
                "<text class=\"name\" x=\"\(place.x + 10)\" y=\"\(place.y + 21)\">\(DrawnText.xml(DrawnText.cut(name, 32)))</text>")
            parts.append(
                "<text class=\"detail\" x=\"\(place.x + 10)\" y=\"\(place.y + 39)\">\(DrawnText.xml(DrawnText.cut(detail(name), 32)))</text>"
            )
        }
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }
}

/// Texts inside of drawings.
private enum DrawnText {
    static func cut(_ text: String, _ count: Int) -> String { text.count > count ? text.prefix(count - 1) + "…" : text }

    static func xml(_ text: String) -> String {
        printable(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// Signs that mean something to Mermaid or to HTML, as its entities.
    static func mermaid(_ text: String) -> String {
        printable(text).unicodeScalars.map { scalar in
            "\"<>&#;|`[]{}()".unicodeScalars.contains(scalar) ? "#\(scalar.value);" : String(scalar)
        }.joined()
    }

    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
