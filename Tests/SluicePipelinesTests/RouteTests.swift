import SluiceCore
import SluicePipelines
import Testing

@Suite("routes and side outputs of definitions")
struct RouteTests {
    private static func text(_ routes: String, steps: String = "") -> String {
        "name: test\nsource: {files: flights.csv}\n" + (steps.isEmpty ? "" : "steps:\n\(steps)\n") + routes + "\n"
    }

    @Test(
        "a mistake is found at its line and column",
        arguments: [
            ("routes: {late: {when: arr_delay > 15, sink: {table: a}}}\nsink: {table: b}", ["invalid-option 4:7"]),
            ("routes: {late: {when: arr_dely > 15, sink: {table: a}}}", ["unknown-column 3:23"]),
            ("routes: {late: {when: arr_delay, sink: {table: a}}}", ["type-error 3:23"]),
            ("routes: {late: {when: arr_delay > 15}}", ["missing-key 3:10"]),
            ("routes: {late: {whem: arr_delay > 15, sink: {table: a}}}", ["unknown-key 3:17"]),
            ("routes: {}", ["invalid-option 3:9"]),
            ("routes: {late: {sink: {tabel: a}}}", ["unknown-connector 3:24"]),
            ("routes: {late: {steps: [{fliter: a}], sink: {table: a}}}", ["unknown-step 3:26"]),
            ("routes: {a: {sink: {table: a}}, b: {when: arr_delay > 1, sink: {table: b}}}", ["invalid-option 3:33"]),
            ("routes: {a: {sink: {table: a}}}\notherwise: {sink: {table: b}}", ["invalid-option 4:1"]),
            ("routes: {a b: {sink: {table: a}}}", ["invalid-option 3:10"]),
            ("routes: {a: {when: arr_delay > 1, sink: {table: a}}}\nside_outputs: {a: {sink: {table: b}}}", ["invalid-option 4:16"]),
            ("sink: {table: a}\notherwise: {sink: {table: b}}", ["invalid-option 4:12"]),
            ("sink: {table: a}\nmatch: all", ["invalid-option 4:8"]),
            ("routes: {a: {sink: {table: a}}}\nmatch: some", ["invalid-option 4:8"]),
            ("sink: {table: a}\nside_outputs: {late: {sink: {table: b}}}", ["unknown-output 4:16"]),
        ] as [(String, [String])])
    func places(_ routes: String, _ expected: [String]) async {
        let found = await errors(Self.text(routes)).map(\.brief)
        #expect(found == expected)
    }

    @Test("a step that names a side output which is not there is told the nearest")
    func unknownSide() async {
        let window = "  - window: {time: time_hour, size: 1 hour, late: {output: lat}, columns: {n: count(*)}}"
        let found = await errors(Self.text("sink: {table: a}\nside_outputs: {late: {sink: {table: b}}}", steps: window))
        #expect(found.map(\.brief) == ["unknown-output 4:5"])
        #expect(found.first?.remedy?.contains("late") == true)
    }

    private static let routed = """
        routes:
          late:
            when: arr_delay > 15
            steps: [{derive: {gain: dep_delay - arr_delay}}, {select: [carrier, gain]}]
            sink: {table: flights.late}
          far:
            when: distance > 1000
            steps: [{aggregate: {by: [dest], columns: {flights: count(*)}}}]
            sink: {table: flights.far}
        otherwise: {steps: [{select: [flight]}], sink: {table: flights.rest}}
        """

    @Test("a plan shows every branch with its columns and the guarantee of its sink, and reads what some branch needs")
    func text() async throws {
        let plan = try await plan(Self.text(Self.routed, steps: "  - filter: month = 1"))
        #expect(
            PlanText.text(plan) == """
                pipeline test (p.yaml)

                source: files flights.csv
                  -> month int32, dep_delay int32, arr_delay int32, carrier string,
                     flight int32, dest string, distance float64
                  reads 7 of 12 columns; left out at the source:
                    year, day, tailnum, air_time, time_hour
                  asks it for rows where: month = 1
                step 1 filter: month = 1
                route late: arr_delay > 15
                  -> month int32, dep_delay int32, arr_delay int32, carrier string,
                     flight int32, dest string, distance float64
                  step late/1 derive: gain = dep_delay - arr_delay
                    -> month int32, dep_delay int32, arr_delay int32, carrier string,
                       flight int32, dest string, distance float64, gain int64
                  step late/2 select: carrier, gain
                    -> carrier string, gain int64
                  sink: table flights.late
                    delivery: exactly once
                route far: distance > 1000; not taken before
                  -> month int32, dep_delay int32, arr_delay int32, carrier string,
                     flight int32, dest string, distance float64
                  step far/1 aggregate: by dest = "dest": flights = count(*)
                    -> dest string, flights int64!
                  sink: table flights.far
                    delivery: exactly once
                otherwise: rows that no route took
                  -> month int32, dep_delay int32, arr_delay int32, carrier string,
                     flight int32, dest string, distance float64
                  step otherwise/1 select: flight
                    -> flight int32
                  sink: table flights.rest
                    delivery: exactly once
                bad records: the first one ends the run

                """)
    }

    @Test("the plan as JSON has a route for each, and no sink of its own")
    func json() async throws {
        let json = PlanText.json(try await plan(Self.text(Self.routed)))
        #expect(json.member("sink") == .null)
        #expect(json.member("match") == .string("first"))
        guard case .list(let routes)? = json.member("routes") else { throw Unexpected() }
        #expect(routes.map { $0.member("name") } == [.string("late"), .string("far"), .string("otherwise")])
        #expect(routes.map { $0.member("when") } == [.string("arr_delay > 15"), .string("distance > 1000"), .null])
        #expect(routes.map { $0.member("sink")?.member("delivery") } == Array(repeating: .string("exactly once"), count: 3))
    }

    @Test("a side output gets the columns of the step's input that its own steps need")
    func side() async throws {
        let window = "  - window: {time: time_hour, size: 1 hour, late: {output: late}, columns: {n: count(*)}}"
        let sides = "sink: {table: a}\nside_outputs: {late: {steps: [{select: [carrier]}], sink: {table: b}}}"
        let plan = try await plan(Self.text(sides, steps: window))
        #expect(plan.source.columns == ["carrier", "time_hour"])
        #expect(plan.outputs.map(\.label) == ["sink", "late"])
        #expect(plan.outputs[1].outputSchema.names == ["carrier"])
        #expect(PlanText.text(plan).contains("side output late: rows that step 1 window puts aside\n"))
    }

    @Test("members of structs that only a route reads are read")
    func nested() async throws {
        let plan = try await plan(
            "name: test\nsource: {files: events.json}\nroutes: {a: {when: user.zone = 'x', steps: [{select: [id]}], sink: {table: t}}}\n")
        #expect(plan.source.columns == ["id", "user"])
    }

    @Test("routes built in Swift plan as the same in YAML, and so does the YAML that they write")
    func built() async throws {
        let pipeline = Pipeline("test").source(.files("flights.csv")).filter("month = 1")
            .route("late", when: "arr_delay > 15") {
                $0.derive(["gain": "dep_delay - arr_delay"]).select("carrier", "gain").sink(.table("flights.late"))
            }
            .route("far", when: "distance > 1000") {
                $0.aggregate(by: "dest", columns: ["flights": "count(*)"]).sink(.table("flights.far"))
            }
            .otherwise { $0.select("flight").sink(.table("flights.rest")) }
            .onError(.deadLetter, maxRecords: 5, maxShare: 0.5)
        let limits = "\non_error: {action: dead_letter, max_records: 5, max_share: 0.5}"
        let written = PlanText.text(try await plan(Self.text(Self.routed + limits, steps: "  - filter: month = 1")))
        let built = try pipeline.definition(connectors: TestConnectors.registry, directory: ".")
        #expect(built.errorLimits == ErrorLimits(maxRecords: 5, maxShare: 0.5))
        let context = try TestConnectors.context()
        #expect(PlanText.text(try await Planner.plan(built, in: context)) == written.replacing(" (p.yaml)", with: ""))
        let again = try await plan(pipeline.yaml)
        #expect(PlanText.text(again) == written)
    }

    @Test("a source in a route, and two routes of one name, are mistakes in Swift too")
    func misbuilt() {
        func codes(_ pipeline: Pipeline) -> [SluiceError.Code] {
            do {
                _ = try pipeline.definition(connectors: TestConnectors.registry, directory: ".")
                return []
            } catch { return DefinitionErrors.list(error)?.map(\.code) ?? [] }
        }
        let start = Pipeline("test").source(.files("flights.csv"))
        #expect(codes(start.route("a") { $0.source(.files("b")).sink(.table("t")) }) == [.invalidOption])
        let twice = start.route("a", when: "month = 1") { $0.sink(.table("t")) }.route("a") { $0.sink(.table("u")) }
        #expect(codes(twice) == [.invalidOption])
    }

    @Test(
        "limits of on_error are read, and refused where they mean nothing",
        arguments: [
            ("{action: dead_letter, max_share: 2}", ["invalid-option 4:44"]), ("{action: fail, max_records: 1}", ["invalid-option 4:20"]),
            ("{max_records: 1}", ["missing-key 4:1"]), ("{action: skip, min_records: 5}", ["invalid-option 4:39"]),
            ("{action: skip, max_records: 0}", []), ("{action: skip}", []),
        ] as [(String, [String])])
    func limits(_ value: String, _ expected: [String]) async {
        let found = await errors(Self.text("sink: {table: a}\non_error: \(value)")).map(\.brief)
        #expect(found == expected)
    }
}
