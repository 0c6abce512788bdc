import SluiceTestKit
import Testing

/// What `sluice plan` says of how a run is carried out.
@Suite("physical plans")
struct PhysicalPlanTests {
    private let project: Project

    init() throws {
        project = try Project()
        try project.directory.write("in/a.csv", "id,carrier,amount,at\n1,UA,2.5,2024-01-01T00:00:00Z\n2,AA,3.5,2024-01-01T00:00:01Z\n")
        try project.directory.write("in/b.csv", "id,carrier,amount,at\n3,UA,4.5,2024-01-01T00:00:02Z\n")
        try project.directory.write("names.csv", "carrier,name,more\nUA,United,x\n")
    }

    private func define(_ steps: String, more: String = "", sink: String = "sink: {table: shop.totals}") throws {
        try project.directory.write("p.yaml", "name: p\nsource: {files: in/*.csv}\nsteps:\n\(steps)\n\(sink)\n\(more)\n")
    }

    private func physical() async throws -> JSONDocument { try #require(try await project.json("plan", "p.yaml")["physical"]) }

    @Test("stages end where tasks exchange rows, by the keys of the step; joins look into a table; the sink says how it writes")
    func batch() async throws {
        try define(
            """
              - filter: amount > 1
              - join: {with: {files: names.csv}, on: [carrier], columns: [name], kind: left}
              - aggregate: {by: [name], columns: {total: sum(amount)}}
              - sort: -total
              - limit: 5
            """)
        let plan = try await physical()
        let stages = plan["stages"]?.items ?? []
        #expect(stages.count == 3, "\(plan)")
        #expect(stages.first?["inputs"]?[0]?["splits"]?.integer == 2 && stages.first?["inputs"]?[0]?["kind"]?.text == "source", "\(plan)")
        let steps = stages.flatMap { $0["steps"]?.items ?? [] }
        #expect(steps.map { $0["runs"]?.text } == ["parallel", "parallel", "gathering", "gathering", "ordered"], "\(plan)")
        #expect(steps.map { $0["exchange"]?["kind"]?.text } == [nil, "table", "hash", "merge", nil], "\(plan)")
        #expect(steps[1]["exchange"]?["keys"]?[0]?.text == "carrier" && steps[2]["exchange"]?["keys"]?[0]?.text == "name", "\(plan)")
        #expect(steps[3]["exchange"]?["keys"]?[0]?.text == "total descending", "\(plan)")
        #expect(steps[3]["state"]?["holds"]?.text == "the first 5 rows", "\(plan)")
        #expect(steps[2]["columns"]?.items.map { $0["name"]?.text } == ["name", "total"], "\(plan)")
        let sink = stages.last?["sink"]
        #expect(sink?["writers"]?.integer == 1 && sink?["delivery"]?.text == "exactly once", "\(plan)")
        let pushed = plan["pushed_down"]?.items ?? []
        #expect(pushed.first?["condition"]?.text == "amount > 1" && pushed.first?["columns"]?.items.count == 2, "\(plan)")
        #expect(pushed.last?["step"]?.text == "2 join" && pushed.last?["offered_columns"]?.integer == 3, "\(plan)")
        let text = try await project.sluice("plan", "p.yaml").output
        for line in [
            "stage 1: reads files in/*.csv in 2 splits", "exchange by the hash of name",
            "stage 2: reads what stage 1 gathered, when it is done", "one task at a time, in the order of the source",
            "made visible with the one commit",
        ] {
            #expect(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(line), "\(line): \(text)")
        }
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test("what windows keep goes from epoch to epoch in an incremental run; rows that are put aside and routes have stages of their own")
    func stream() async throws {
        try define(
            """
              - deduplicate: {by: [id], within: 1 minute, time: at}
              - window: {time: at, size: 1 minute, by: [carrier], columns: {n: count(*)}, late: {output: late}}
            """,
            more: "incremental: true\nside_outputs: {late: {sink: {files: late, mode: append}}}",
            sink: "sink: {table: shop.totals, mode: append}")
        let plan = try await physical()
        let stages = plan["stages"]?.items ?? []
        let steps = stages.flatMap { $0["steps"]?.items ?? [] }
        #expect(steps.map { $0["state"]?["kept_between_epochs"]?.boolean } == [true, true], "\(plan)")
        #expect(steps.first?["runs"]?.text == "ordered" && steps.last?["exchange"]?["keys"]?.items.last?.text == "carrier", "\(plan)")
        #expect(stages.map { $0["inputs"]?[0]?["kind"]?.text } == ["source", "gathered", "side"], "\(plan)")
        #expect(stages.last?["sink"]?["output"]?.text == "late", "\(plan)")

        try project.directory.write(
            "p.yaml",
            """
            name: p
            source: {files: in/*.csv}
            routes:
              large: {when: amount >= 3, steps: [{sort: id}], sink: {files: large, format: csv, partition_by: [carrier]}}
            otherwise: {sink: {files: rest}}
            """)
        let routed = try await physical()["stages"]?.items ?? []
        #expect(routed.map { $0["inputs"]?[0]?["kind"]?.text } == ["source", "route", "gathered", "route"], "\(routed)")
        #expect(routed.first?["end"]?.text == "routes" && routed[1]["inputs"]?[0]?["rows"]?.text == "amount >= 3", "\(routed)")
        #expect(routed[2]["sink"]?["output"]?.text == "large" && routed[3]["sink"]?["output"]?.text == "otherwise", "\(routed)")
    }

    @Test("drawings say how steps are carried out")
    func drawings() async throws {
        try define("  - aggregate: {by: [carrier], columns: {n: count(*)}}")
        let mermaid = try await project.sluice("plan", "p.yaml", "--graph", "mermaid")
        #expect(mermaid.output.contains("<i>stage 1: each task its rows, put together at"), "\(mermaid.transcript)")
        let svg = try await project.sluice("plan", "p.yaml", "--graph", "svg")
        #expect(svg.output.contains("exchange by the hash"), "\(svg.transcript)")
    }
}
