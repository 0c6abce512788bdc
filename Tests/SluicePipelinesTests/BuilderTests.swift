import SluiceCore
import SluicePipelines
import Testing

@Suite struct BuilderTests {
    private func plan(_ pipeline: Pipeline) async throws -> LogicalPlan {
        let definition = try pipeline.definition(connectors: TestConnectors.registry, directory: ".")
        return try await Planner.plan(definition, in: TestConnectors.context(closures: Jobs(pipelines: [pipeline]).registry))
    }

    private func plan(yaml: String, _ jobs: Jobs = Jobs()) async throws -> LogicalPlan {
        let definition = try PipelineLoader.load(text: yaml, directory: ".", connectors: TestConnectors.registry)
        return try await Planner.plan(definition, in: TestConnectors.context(closures: jobs.registry))
    }

    private func errors(_ pipeline: Pipeline) async -> [SluiceError] {
        do {
            _ = try await plan(pipeline)
            return []
        } catch {
            return DefinitionErrors.list(error) ?? [SluiceError(.jobFailed, "\(error)")]
        }
    }

    private static let built = Pipeline("late")
        .description("Late flights: \"who\" was late?")
        .source(.files("flights.csv", format: .csv, columns: ["flight": .int64], options: ["header": true]))
        .stream("flights", shards: 4, key: "tailnum")
        .filter("arr_delay > 15 AND carrier <> 'ÖÄ: #'")
        .derive(["gain": "dep_delay - arr_delay", "share": "gain / air_time"])
        .fill(["tailnum": "'?'"])
        .cast(["distance": .decimal(precision: 12, scale: 2)])
        .rename(["dest": "to"])
        .join(.files("airlines.csv"), on: "carrier", kind: .left, columns: ["name"], prefix: "airline_")
        .join(.files("airports.csv"), on: JoinKey("to", "faa"), JoinKey("carrier", "name"), kind: .semi)
        .join(
            .files("flights.csv"), asOf: AsOf("time_hour", direction: .nearest, tolerance: "1 hour"), kind: .left, columns: ["month"],
            prefix: "near_"
        )
        .join(.files("flights.csv"), on: "carrier", time: "time_hour", before: "1 hour", after: "0 s", delay: "5 s", kind: .semi)
        .union(.files("flights.csv", columns: ["flight": .int64, "distance": .decimal(precision: 12, scale: 2)]))
        .select("carrier", .expression("minutes", "gain * 1"), .column("to"), "day", "flight")
        .drop("day")
        .deduplicate(by: ["carrier", "to"], keep: .last)
        .mask(["flight": .partial(keepLast: 2), "to": .hash(salt: "s"), "carrier": .redact("x")])
        .resolve(["minutes": .cast(.float64)])
        .sample(0.5, by: ["carrier"], seed: 3)
        .sample(every: 2)
        .assert(["known": "to IS NOT NULL", "long": Rule("minutes > 0", onFail: .warn)])
        .sort("-minutes", .ascending("to", nulls: .first), .descending("carrier"))
        .limit(1_000)
        .aggregate(by: "carrier", .expression("first", "left(to, 1)"), columns: ["n": "count(*)", "most": "max(minutes)"])
        .sink(.table("flights.late", partitionBy: ["carrier"]))
        .onError(.deadLetter)

    private static let written = """
        name: late
        description: 'Late flights: "who" was late?'
        source: {files: flights.csv, format: csv, columns: {flight: int64}, header: true}
        stream: {name: flights, shards: 4, key: tailnum}
        steps:
          - filter: "arr_delay > 15 AND carrier <> 'ÖÄ: #'"
          - derive: {gain: dep_delay - arr_delay, share: gain / air_time}
          - fill: {tailnum: "'?'"}
          - cast: {distance: "decimal(12,2)"}
          - rename: {dest: to}
          - join: {with: {files: airlines.csv}, on: [carrier], kind: left, columns: [name], prefix: airline_}
          - join: {with: {files: airports.csv}, on: {to: faa, carrier: name}, kind: semi}
          - join:
              with: {files: flights.csv}
              as_of: {on: time_hour, direction: nearest, tolerance: 1 hour}
              kind: left
              columns: [month]
              prefix: near_
          - join: {with: {files: flights.csv}, on: [carrier], time: time_hour, within: {before: 1 hour}, delay: 5 s, kind: semi}
          - union: {files: flights.csv, columns: {flight: int64, distance: "decimal(12,2)"}}
          - select: [carrier, minutes: gain * 1, to, day, flight]
          - drop: day
          - deduplicate: {by: [carrier, to], keep: last}
          - mask:
              flight: {method: partial, keep_last: 2}
              to: {method: hash, salt: s}
              carrier: {method: redact, value: x}
          - resolve: {minutes: {cast: float64}}
          - sample: {share: 0.5, by: carrier, seed: 3}
          - sample: {every: 2}
          - assert: {known: to IS NOT NULL, long: {that: minutes > 0, on_fail: warn}}
          - sort: [-minutes, {column: to, nulls: first}, {column: carrier, order: desc}]
          - limit: 1000
          - aggregate:
              by: [carrier, first: "left(to, 1)"]
              columns: {n: count(*), most: max(minutes)}
        sink: {table: flights.late, partition_by: carrier}
        on_error: dead_letter
        """

    @Test("a pipeline built in Swift plans as the same one in YAML, and so does the YAML that it writes")
    func equal() async throws {
        let (built, written) = (try await plan(Self.built), try await plan(yaml: Self.written))
        #expect(PlanText.text(built) == PlanText.text(written))
        let again = try await plan(yaml: Self.built.yaml)
        #expect(PlanText.text(again) == PlanText.text(written))
        #expect(built.definition.onError == .deadLetter)
    }

    @Test("texts of the builder come back from its YAML as they were, whatever is in them")
    func texts() throws {
        let hostile = [
            "", " ", "~", "null", "true", "12", "1e3", "a: b", "a #b", "- a", "*a", "&a", "{", "line\nline", "tab\t", "\u{1}", "ü", "'",
            "\"\\", "yes", "0x1F", "%", "@x", "a:", "?", "|", "\u{85}", "\u{2028}", "a\u{FEFF}", "\u{FFFE}", "\u{1FFFF}",
        ]
        for text in hostile {
            let yaml = Pipeline("p").description(text).source(.files("a")).sink(.table("t")).yaml
            let definition = try PipelineLoader.load(text: yaml, directory: ".", connectors: TestConnectors.registry)
            #expect(definition.description == text, "\(yaml)")
        }
    }

    @Test("closures written in place are registered under the pipeline's name and called in order")
    func closures() async throws {
        struct In: Codable { var carrier: String }
        struct Out: Codable { var code: String }
        let pipeline = Pipeline("closures").source(.files("flights.csv"))
            .filter { (row: In) in row.carrier != "" }
            .map { (row: In) in Out(code: row.carrier.lowercased()) }
            .flatMap { (row: Out) in [row, row] }
            .mapBatches(schema: { $0 }) { $0 }
            .sink(.table("t"))
        let plan = try await plan(pipeline)
        #expect(plan.steps.map(\.summary) == ["closures-1-filter", "closures-2-map", "closures-3-flat-map", "closures-4-batches"])
        #expect(plan.outputSchema.text == "code string")
        #expect(plan.source.columns == ["carrier"])
        let again = try await self.plan(yaml: pipeline.yaml, Jobs(pipelines: [pipeline]))
        #expect(again.steps.map(\.summary) == plan.steps.map(\.summary))
    }

    @Test("a named closure is found by definitions, and a name that is near is proposed")
    func named() async throws {
        struct Row: Codable { var carrier: String }
        let jobs = Jobs(closures: [.filter("late-only") { (row: Row) in row.carrier == "AA" }])
        _ = try await plan(yaml: definitionText("- swift: late-only"), jobs)
        await #expect {
            _ = try await plan(yaml: definitionText("- swift: late-onyl"), jobs)
        } throws: { error in
            let found = DefinitionErrors.list(error)?.first
            return found?.code == .unknownClosure && found?.remedy == "did you mean \"late-only\"?"
        }
    }

    @Test("a closure is checked against the columns that reach it before anything runs")
    func closureColumns() async {
        struct Missing: Codable { var carier: String }
        struct Wrong: Codable { var carrier: Int }
        struct Spare: Codable {
            var carrier: String
            var gone: String?
        }
        let start = Pipeline("p").source(.files("flights.csv"))
        let missing = await errors(start.filter { (_: Missing) in true }.sink(.table("t")))
        #expect(missing.map(\.code) == [.unknownColumn])
        #expect(missing.first?.remedy == "did you mean \"carrier\"?")
        let wrong = await errors(start.filter { (_: Wrong) in true }.sink(.table("t")))
        #expect(wrong.map(\.code) == [.typeError])
        #expect(wrong.first?.remedy?.hasPrefix("put `cast: {carrier: int64}` before it") == true)
        let spare = await errors(start.filter { (_: Spare) in true }.sink(.table("t")))
        #expect(spare.isEmpty)
    }

    @Test("errors of a built pipeline name the line of Swift that has the mistake")
    func places() async {
        let line = #line
        let pipeline = Pipeline("p")
            .source(.files("flights.csv"))
            .filter("arr_dely > 15")
            .sink(.table("t"))
        let found = await errors(pipeline)
        #expect(found.map(\.location) == [.file(path: #filePath, line: line + 3)])
        let several = await errors(Pipeline("a b").source(.files("flights.csv", format: "cvs")).sink(.table("t")))
        #expect(several.map(\.code) == [.invalidOption, .invalidOption])
        let unprobed = await errors(
            Pipeline("p").source(.files("flights.csv")).map { (row: [String: Int]) in row }.sink(.table("t")))
        #expect(unprobed.map(\.location) == [.file(path: #filePath, line: line + 10)])
        let endless = await errors(Pipeline("p").sink(.table("t")))
        #expect(endless.map(\.code) == [.missingKey])
    }
}
