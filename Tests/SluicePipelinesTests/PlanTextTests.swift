import SluiceCore
import SluicePipelines
import Testing

@Suite struct PlanTextTests {
    @Test("a plan shows ends, steps, the columns where they change, what is left out, and what is promised")
    func text() async throws {
        let steps = """
            - filter: arr_delay > 15
            - derive: {gain: dep_delay - arr_delay}
            - join: {with: {files: airports.csv}, on: {dest: faa}, columns: [lat]}
            - select: [carrier, gain, lat]
            """
        let plan = try await plan(
            definitionText(steps, more: "stream: {name: flights, shards: 4, key: tailnum}\non_error: skip\ndescription: Late flights."))
        #expect(
            PlanText.text(plan) == """
                pipeline test (p.yaml)
                  Late flights.

                source: files flights.csv
                  -> dep_delay int32, arr_delay int32, carrier string, tailnum string,
                     dest string
                  reads 5 of 12 columns; left out at the source:
                    year, month, day, flight, air_time, distance, time_hour
                stream: flights, 4 shards, keyed by tailnum
                step 1 filter: arr_delay > 15
                step 2 derive: gain = dep_delay - arr_delay
                  -> dep_delay int32, arr_delay int32, carrier string, tailnum string,
                     dest string, gain int64
                step 3 join: inner, files airports.csv, on dest = faa; the table is hashed, by
                    disk beyond --memory
                  -> dep_delay int32, arr_delay int32, carrier string, tailnum string,
                     dest string, gain int64, lat float64
                step 4 select: carrier, gain, lat
                  -> carrier string, gain int64, lat float64
                sink: table out.test
                  delivery: exactly once; bad records: counted and left out

                notice: airports.csv: 3 rows have no tzone

                """)
    }

    @Test("a plan shows what goes down to the source: the condition of a filter that comes first, where no stream lies between")
    func condition() async throws {
        let first = try await plan(definitionText("- filter: arr_delay > 15\n- filter: dep_delay > 5"))
        #expect(PlanText.text(first).contains(" columns\n  asks it for rows where: arr_delay > 15\nstep 1 filter"))
        #expect(PlanText.json(first).member("source")?.member("condition") == .string("arr_delay > 15"))
        let later = try await plan(definitionText("- derive: {gain: 1}\n- filter: arr_delay > 15"))
        #expect(PlanText.json(later).member("source")?.member("condition") == .null)
    }

    @Test("no line is longer than 80 columns, except for a word that is")
    func width() async throws {
        let long = String(repeating: "x", count: 100)
        let description = String(repeating: "word ", count: 60) + long
        let condition = Array(repeating: "carrier = 'AA'", count: 20).joined(separator: " OR ")
        let plan = try await plan(definitionText("- filter: \(condition)", more: "description: \(description)"))
        let wide = PlanText.text(plan).split(separator: "\n").map(String.init).filter { $0.count > 80 }
        #expect(wide == ["  " + long])
    }

    @Test("the plan as JSON has the same in stable keys")
    func json() async throws {
        let plan = try await plan(definitionText("- limit: 3\n- select: [carrier]"))
        guard case .structure(let members) = PlanText.json(plan) else { throw Unexpected() }
        #expect(
            members.map(\.name) == [
                "pipeline", "file", "parameters", "on_error", "error_limits", "error_prefix", "source", "stream", "steps", "sink", "routes",
                "match", "side_outputs", "notices",
            ])
        let json = PlanText.json(plan)
        #expect(json.member("file") == .string("p.yaml"))
        #expect(json.member("stream") == .null)
        #expect(json.member("source")?.member("columns")?.json == "[{\"name\":\"carrier\",\"type\":\"string\",\"nullable\":true}]")
        #expect(json.member("sink")?.member("delivery") == .string("exactly once"))
        guard case .list(let steps)? = json.member("steps") else { throw Unexpected() }
        #expect(steps.map { $0.member("operation") } == [.string("limit"), .string("project")])
        #expect(steps.map { $0.member("name") } == [.string("1 limit"), .string("2 select")])
    }

    @Test("equal definitions give equal text")
    func deterministic() async throws {
        let text = definitionText("- aggregate: {by: [carrier, dest], columns: {n: count(*)}}\n- sort: -n")
        let (first, second) = (try await plan(text), try await plan(text))
        #expect(PlanText.text(first) == PlanText.text(second))
    }
}
