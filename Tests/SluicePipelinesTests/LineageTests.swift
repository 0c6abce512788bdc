import SluiceCatalog
import SluiceCore
import SluicePipelines
import Testing

@Suite("lineage of a plan") struct LineageTests {
    /// `column <- input: column, … [step: expression, …]` for each column of the output.
    private func columns(_ lineage: RunLineage) -> [String] {
        lineage.outputs[0].columns.map { column in
            let origins = column.origins.map { "\($0.input).\($0.column)" }.joined(separator: ", ")
            let derivations = column.derivations.map { "\($0.step): \($0.expression)" }.joined(separator: ", ")
            return "\(column.name) <- \(origins)" + (derivations.isEmpty ? "" : " [\(derivations)]")
        }
    }

    private func conditions(_ lineage: RunLineage) -> [String] {
        lineage.outputs[0].conditions.map { condition in
            let origins = condition.origins.map { "\($0.input).\($0.column)" }.joined(separator: ", ")
            return "\(condition.role.rawValue) \(condition.step): \(condition.expression) <- \(origins)"
        }
    }

    @Test(
        "each step says what its columns are made of",
        arguments: [
            (
                "- derive: {next: flight + 1, both: carrier || name}",
                [
                    "carrier <- 0.carrier", "name <- 0.name", "flight <- 0.flight", "next <- 0.flight [1 derive: flight + 1]",
                    "both <- 0.carrier, 0.name [1 derive: carrier || name]",
                ]
            ),
            (
                "- select: [{code: lower(carrier)}]\n- rename: {code: id}",
                ["id <- 0.carrier [1 select: lower(carrier), 2 rename: code]"]
            ),
            (
                "- aggregate: {by: [carrier], columns: {n: count(*), top: max(flight)}}",
                ["carrier <- 0.carrier", "n <-  [1 aggregate: count(*)]", "top <- 0.flight [1 aggregate: max(flight)]"]
            ),
            (
                "- join: {with: {files: airports.csv}, on: {carrier: faa}, columns: lat, prefix: at_}\n- select: [flight, at_lat]",
                ["flight <- 0.flight", "at_lat <- 1.lat [1 join: lat]"]
            ),
            (
                "- union: {files: airports.csv}\n- select: [name, alt]",
                ["name <- 0.name, 1.name", "alt <- 1.alt"]
            ),
            (
                "- mask: {name: {method: hash, salt: secret}}\n- select: [name]",
                ["name <- 0.name [1 mask: salted hash]"]
            ),
            (
                "- unpivot: {columns: [carrier, name], name: kind, value: text}",
                ["flight <- 0.flight", "kind <- 0.carrier, 0.name [1 unpivot: unpivot]", "text <- 0.carrier, 0.name [1 unpivot: unpivot]"]
            ),
            (
                "- exec: {command: [jq, .], columns: {x: int64}}",
                ["x <- 0.carrier, 0.flight, 0.name [1 exec: jq .]"]
            ),
        ])
    func steps(_ steps: String, _ expected: [String]) async throws {
        let lineage = try await plan(definitionText(steps, source: "airlines.csv")).lineage
        #expect(columns(lineage) == expected)
    }

    @Test("columns that decide about rows are conditions of the whole output")
    func conditions() async throws {
        let lineage = try await plan(
            definitionText(
                """
                - filter: flight > 1
                - join: {with: {files: airports.csv}, on: name, kind: semi}
                - assert: {known: {that: carrier <> '', on_fail: drop}, seen: {that: flight < 9, on_fail: warn}}
                - deduplicate: {by: carrier}
                - aggregate: {by: [name], columns: {n: count(*)}}
                - sort: [-n]
                - limit: 3
                """, source: "airlines.csv")
        ).lineage
        #expect(
            conditions(lineage) == [
                "filter 1 filter: flight > 1 <- 0.flight", "join key 2 join: name <- 0.name, 1.name",
                "rule 3 assert: carrier <> '' <- 0.carrier", "duplicate key 4 deduplicate: carrier <- 0.carrier",
                "group key 5 aggregate: name <- 0.name", "sort 6 sort: n <- ",
            ])
        #expect(lineage.inputs.map(\.step) == [nil, "2 join"])
    }

    @Test("a window's time decides about rows and becomes the window's ends")
    func windows() async throws {
        let lineage = try await plan(
            definitionText("- window: {time: time_hour, size: 1 hour, by: [carrier], columns: {n: count(*)}}")
        ).lineage
        #expect(
            columns(lineage) == [
                "window_start <- 0.time_hour [1 window: window_start of time_hour]",
                "window_end <- 0.time_hour [1 window: window_end of time_hour]", "carrier <- 0.carrier", "n <-  [1 window: count(*)]",
            ])
        #expect(conditions(lineage).first == "window time 1 window: time_hour <- 0.time_hour")
    }

    @Test("datasets have whole names: paths from the root, tables with their database")
    func datasets() async throws {
        let lineage = try await plan(definitionText(source: "airlines.csv")).lineage
        #expect(lineage.outputs[0].dataset == DatasetName(kind: "table", name: "out.test"))
        let file = lineage.inputs[0].dataset
        #expect(file.kind == "files" && file.name.hasPrefix("/") && file.name.hasSuffix("/airlines.csv") && !file.name.contains("/./"))
        #expect(DatasetName.absolute("../b/./*.csv", in: "/a/c") == "/a/b/*.csv")
        #expect(DatasetName.absolute("s3://bucket/x", in: "/a") == "s3://bucket/x")
        #expect(DatasetName.absolute("/x//y/../z", in: "/a") == "/x/z")
    }

    @Test("a lineage of the same plan is the same text, and long expressions are cut")
    func stable() async throws {
        let long = (0..<100).map { "flight + \($0)" }.joined(separator: " + ")
        let text = definitionText("- derive: {x: \(long)}", source: "airlines.csv")
        let first = try await plan(text).lineage
        let second = try await plan(text).lineage
        #expect(try first.storedText() == second.storedText())
        let expression = try #require(first.outputs[0].columns.last?.derivations.first?.expression)
        #expect(expression.count == LineageLimits.expressionCharacters + 1 && expression.hasSuffix("…"))
    }
}
