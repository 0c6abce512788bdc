import SluiceCore
import SluicePipelines
import Testing

@Suite struct PlanGraphTests {
    private static let text = definitionText(
        """
        - filter: arr_delay > 15
        - join: {with: {files: airlines.csv}, on: [carrier], columns: [name]}
        - select: [carrier, name]
        """)

    @Test("Mermaid: every edge has its columns, and signs that mean something are entities")
    func mermaid() async throws {
        let graph = PlanGraph(try await plan(Self.text))
        let lines = MermaidText.text(graph).split(separator: "\n").map(String.init)
        #expect(
            lines.prefix(6).joined(separator: "\n") == """
                ---
                title: "test"
                ---
                flowchart TD
                  n0[("<b>source</b><br/>files flights.csv")]
                  n1["<b>1 filter</b><br/>arr_delay #62; 15"]
                """)
        #expect(lines[6].hasPrefix("  n2[\"<b>2 join</b><br/>") && lines[6].hasSuffix("\"]"))
        #expect(lines[7] == "  n3[(\"<b>source of 2 join</b><br/>files airlines.csv\")]")
        #expect(
            lines.suffix(5) == [
                "  n0 -->|\"arr_delay int32<br/>carrier string\"| n1", "  n1 -->|\"the same 2 columns\"| n2",
                "  n3 -->|\"carrier string<br/>name string\"| n2",
                "  n2 -->|\"\(columns(graph, from: 2, to: 4))\"| n4", "  n4 -->|\"carrier string<br/>name string\"| n5",
            ])
    }

    private func columns(_ graph: PlanGraph, from: Int, to: Int) -> String {
        graph.edges.first { $0.from == from && $0.to == to }?.columns.joined(separator: "<br/>") ?? "?"
    }

    @Test("SVG: a box for each node, texts escaped, elements closed")
    func svg() async throws {
        let svg = SVGText.text(PlanGraph(try await plan(Self.text)))
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\"") && svg.hasSuffix("</svg>\n"))
        #expect(svg.contains(">arr_delay &gt; 15</text>") && svg.contains(">source of 2 join</text>"))
        #expect(svg.contains(">arr_delay int32, carrier string</text>"))
        #expect(svg.components(of: "<rect class=") == 7, "the ground and six boxes")
        #expect(svg.components(of: "<text ") == svg.components(of: "</text>"))
        #expect(svg.components(of: "<line ") == 5 && svg.components(of: "<polygon ") == 5)
    }

    private static let parted = """
        name: test
        source: {files: flights.csv}
        steps:
          - window: {time: time_hour, size: 1 hour, late: {output: late}, by: [carrier], columns: {n: count(*)}}
          - filter: n > 1
        routes:
          many: {when: n > 9, steps: [{join: {with: {files: airlines.csv}, on: [carrier]}}], sink: {table: a}}
          few: {sink: {table: b}}
        side_outputs: {late: {steps: [{select: [carrier]}], sink: {table: c}}}

        """

    @Test("each sink is a box of its own, behind the box that says which rows it gets")
    func parted() async throws {
        let graph = PlanGraph(try await plan(Self.parted))
        func edges(to title: String) -> [String] {
            graph.edges.filter { graph.nodes[$0.to].title == title }.map { graph.nodes[$0.from].title }
        }
        #expect(graph.nodes.count { $0.kind == .sink } == 3)
        #expect(edges(to: "route many") == ["2 filter"] && edges(to: "route few") == ["2 filter"])
        #expect(edges(to: "side output late") == ["1 window"])
        #expect(edges(to: "many/1 join").sorted() == ["route many", "source of many/1 join"])
        #expect(edges(to: "sink") == ["many/1 join", "route few", "late/1 select"])
        let details = graph.nodes.filter { $0.kind == .route || $0.kind == .side }.map(\.detail)
        #expect(details == ["n > 9", "all rows not taken before", "rows that step 1 window puts aside"])
        let mermaid = MermaidText.text(graph)
        #expect(mermaid.contains("([\"<b>route many</b><br/>n #62; 9\"])"), "\(mermaid)")
    }

    @Test("SVG: no two boxes of several ways lie upon each other, and every arrow ends at a box")
    func partedPicture() async throws {
        let graph = PlanGraph(try await plan(Self.parted))
        let svg = SVGText.text(graph)
        let boxes = svg.matches(of: /<rect class="\w+" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"/).compactMap { match -> [Int]? in
            [match.1, match.2, match.3, match.4].compactMap { Int($0) }
        }
        #expect(boxes.count == graph.nodes.count)
        for (index, box) in boxes.enumerated() {
            for other in boxes[..<index] {
                let isApart = box[0] >= other[0] + other[2] || other[0] >= box[0] + box[2] || box[1] >= other[1] + other[3]
                #expect(isApart || other[1] >= box[1] + box[3], "\(box) and \(other)")
            }
        }
        let tips = svg.matches(of: /<polygon points="(\d+),(\d+)[ ]/).compactMap { match in
            Int(match.1).flatMap { x in Int(match.2).map { (x, $0) } }
        }
        #expect(tips.count == graph.edges.count)
        for tip in tips { #expect(boxes.contains { tip.0 >= $0[0] && tip.0 <= $0[0] + $0[2] && tip.1 >= $0[1] && tip.1 <= $0[1] + $0[3] }) }
        let size = try #require(svg.firstMatch(of: /<svg [^>]*width="(\d+)" height="(\d+)"/))
        for box in boxes { #expect(box[0] + box[2] < Int(size.1) ?? 0 && box[1] + box[3] < Int(size.2) ?? 0) }
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
