import SluiceCore

/// A graph as an SVG picture: the way from source to sink from above to below, other sources at the left of the steps that read them. Where
/// rows part, the first route goes on below, the others stand at its right, and right of them the side outputs.
package enum SVGText {
    private static let characterWidth = 7.3
    private static let lineHeight = 16
    private static let boxPadding = 10
    private static let margin = 20
    /// Characters of a line in a box, and beside an arrow.
    private static let boxCharacters = 44
    private static let labelCharacters = 56
    private static let labelLines = 6

    /// A box with its place, in pixels.
    private struct Box {
        var node: PlanGraph.Node
        var lines: [String]
        var x = 0
        var y = 0
        var height: Int { lines.count * lineHeight + lineHeight + 2 * boxPadding }
    }

    private static var boxWidth: Int { Int(Double(boxCharacters) * characterWidth) + 2 * boxPadding }

    /// The whole document.
    package static func text(_ graph: PlanGraph) -> String {
        var layout = Layout(graph)
        layout.place()
        var parts = [head(graph.title, width: layout.width + margin, height: layout.height + margin)]
        parts += graph.edges.map { edge in
            let isOnWay = graph.ways.contains { $0.contains(edge.from) }
            if isOnWay, layout.boxes[edge.from].x != layout.boxes[edge.to].x { return elbow(edge, layout.boxes) }
            return arrow(edge, layout.boxes, isOnWay: isOnWay)
        }
        parts += layout.boxes.map(drawn)
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    /// Where the boxes stand.
    private struct Layout {
        let graph: PlanGraph
        var boxes: [Box]
        /// Of what is placed so far.
        var width = 0
        var height = 0

        init(_ graph: PlanGraph) {
            self.graph = graph
            boxes = graph.nodes.map { node in
                let note = GraphText.wrapped(node.note ?? "", width: boxCharacters, lines: 4)
                return Box(node: node, lines: GraphText.wrapped(node.detail, width: boxCharacters, lines: 4) + note)
            }
        }

        mutating func place() {
            let routes = graph.ways.dropFirst().filter { kind(of: $0) == .route }
            let isWide = hasSources(graph.ways[0]) || routes.first.map(hasSources) == true
            place(graph.ways[0], x: margin, y: margin + 2 * lineHeight, leavesRoom: isWide)
            // Lines to side outputs of later steps end before those of earlier ones, so that they do not cross.
            let sides = graph.ways.dropFirst().filter { kind(of: $0) == .side }.sorted { start(of: $0) > start(of: $1) }
            for (number, way) in (routes + sides).enumerated() {
                let start = boxes[start(of: way)]
                let y = start.y + start.height + labelHeight(of: way) + 2 * lineHeight
                if number == 0, kind(of: way) == .route {
                    place(way, x: margin, y: y, leavesRoom: isWide)
                } else {
                    place(way, x: width + margin, y: y, leavesRoom: hasSources(way))
                }
            }
        }

        private func kind(of way: [Int]) -> PlanGraph.Kind { graph.nodes[way[0]].kind }

        /// The node that a way begins behind.
        private func start(of way: [Int]) -> Int { graph.edges.last { $0.to == way[0] }?.from ?? 0 }

        private func hasSources(_ way: [Int]) -> Bool { graph.edges.contains { way.contains($0.to) && isSource($0.from) } }

        private func labelHeight(of way: [Int]) -> Int {
            (graph.edges.filter { $0.to == way[0] }.map { label($0, labelCharacters).count }.max() ?? 1) * lineHeight
        }

        /// Puts the nodes of a way below one another, and at their left the sources that they read besides.
        ///
        /// - Parameter leavesRoom: For sources, which stand at `x` then.
        private mutating func place(_ way: [Int], x: Int, y: Int, leavesRoom: Bool) {
            let left = leavesRoom ? x + boxWidth + Int(Double(labelCharacters) * characterWidth * 0.55) : x
            var y = y
            for (step, index) in way.enumerated() {
                if step > 0, let edge = graph.edges.first(where: { $0.from == way[step - 1] && $0.to == index }) {
                    y += max(1, label(edge, labelCharacters).count) * lineHeight + 2 * lineHeight
                }
                (boxes[index].x, boxes[index].y) = (left, y)
                // The sources of a step stand beside it, one above the other.
                var side = y
                for edge in graph.edges where edge.to == index && isSource(edge.from) {
                    (boxes[edge.from].x, boxes[edge.from].y) = (x, side)
                    side += boxes[edge.from].height + (sideLabel(edge).count + 1) * lineHeight
                }
                y = max(y + boxes[index].height, side)
            }
            width = max(width, left + boxWidth + Int(Double(labelCharacters) * characterWidth * 0.5))
            height = max(height, y)
        }

        /// Whether a node is a source that a step reads besides.
        private func isSource(_ node: Int) -> Bool { !graph.ways.contains { $0.contains(node) } }
    }

    private static func head(_ title: String, width: Int, height: Int) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" role="img">
        <title>\(escaped(title))</title>
        <style>
        text { font: 12px ui-monospace, monospace; fill: #1f2328; }
        .title { font-weight: bold; font-size: 15px; } .name { font-weight: bold; } .columns { fill: #57606a; }
        rect { fill: #f6f8fa; stroke: #57606a; } .source, .sink { fill: #ddf4ff; } .stream, .route, .side { fill: #fff8c5; }
        line, polyline { stroke: #57606a; fill: none; } polygon { fill: #57606a; }
        </style>
        <rect class="ground" width="100%" height="100%" style="fill: #ffffff; stroke: none"/>
        <text class="title" x="\(margin)" y="\(margin + lineHeight / 2)">\(escaped(title))</text>
        """
    }

    private static func drawn(_ box: Box) -> String {
        var lines = [
            "<rect class=\"\(box.node.kind.rawValue)\" x=\"\(box.x)\" y=\"\(box.y)\" width=\"\(boxWidth)\" height=\"\(box.height)\" rx=\"6\"/>",
            text(box.node.title, "name", x: box.x + boxPadding, y: box.y + boxPadding + lineHeight - 4),
        ]
        for (number, line) in box.lines.enumerated() {
            lines.append(text(line, "detail", x: box.x + boxPadding, y: box.y + boxPadding + (number + 2) * lineHeight - 4))
        }
        return lines.joined(separator: "\n")
    }

    private static func arrow(_ edge: PlanGraph.Edge, _ boxes: [Box], isOnWay: Bool) -> String {
        let (from, to) = (boxes[edge.from], boxes[edge.to])
        guard isOnWay else {
            let y = from.y + from.height / 2
            let end = to.x
            let labels = sideLabel(edge).enumerated().map { number, line in
                text(line, "columns", x: from.x, y: from.y + from.height + (number + 1) * lineHeight)
            }
            // It meets the box of its step, which may be lower than the source's.
            let target = min(y, to.y + to.height - boxPadding)
            return
                (["<line x1=\"\(from.x + boxWidth)\" y1=\"\(y)\" x2=\"\(end - 8)\" y2=\"\(target)\"/>"]
                + ["<polygon points=\"\(end),\(target) \(end - 9),\(target - 5) \(end - 9),\(target + 5)\"/>"] + labels)
                .joined(separator: "\n")
        }
        let x = from.x + 40
        let labels = label(edge, labelCharacters).enumerated().map { number, line in
            text(line, "columns", x: x + 12, y: from.y + from.height + (number + 1) * lineHeight + 6)
        }
        return
            (["<line x1=\"\(x)\" y1=\"\(from.y + from.height)\" x2=\"\(x)\" y2=\"\(to.y - 8)\"/>"]
            + ["<polygon points=\"\(x),\(to.y) \(x - 5),\(to.y - 9) \(x + 5),\(to.y - 9)\"/>"] + labels).joined(separator: "\n")
    }

    /// An arrow to a box in another column: to the right from the box or from below it, and down.
    private static func elbow(_ edge: PlanGraph.Edge, _ boxes: [Box]) -> String {
        let (from, to) = (boxes[edge.from], boxes[edge.to])
        let x = to.x + 40
        let lines = label(edge, labelCharacters)
        let isRoute = to.node.kind == .route
        let start = isRoute ? (from.x + 40, from.y + from.height) : (from.x + boxWidth, from.y + from.height / 2)
        let turn = isRoute ? from.y + from.height + lineHeight / 2 : from.y + from.height / 2
        let labels = lines.enumerated().map { number, line in
            text(line, "columns", x: x + 12, y: to.y - (lines.count - number) * lineHeight - 4)
        }
        return
            (["<polyline points=\"\(start.0),\(start.1) \(start.0),\(turn) \(x),\(turn) \(x),\(to.y - 8)\"/>"]
            + ["<polygon points=\"\(x),\(to.y) \(x - 5),\(to.y - 9) \(x + 5),\(to.y - 9)\"/>"] + labels).joined(separator: "\n")
    }

    private static func label(_ edge: PlanGraph.Edge, _ width: Int) -> [String] {
        if edge.isUnchanged { return ["the same \(edge.schema.count) columns"] }
        return GraphText.wrapped(edge.columns.joined(separator: ", "), width: width, lines: labelLines)
    }

    private static func sideLabel(_ edge: PlanGraph.Edge) -> [String] {
        GraphText.wrapped(edge.columns.joined(separator: ", "), width: boxCharacters, lines: 4)
    }

    private static func text(_ text: String, _ style: String, x: Int, y: Int) -> String {
        "<text class=\"\(style)\" x=\"\(x)\" y=\"\(y)\" xml:space=\"preserve\">\(escaped(text))</text>"
    }

    private static func escaped(_ text: String) -> String {
        GraphText.printable(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
