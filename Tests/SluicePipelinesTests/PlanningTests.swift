import SluiceCore
import SluicePipelines
import Testing

@Suite struct PlanningTests {
    // The columns of airlines.csv.
    private static let airlines = "carrier string, name string, flight int64"

    @Test(
        "each step makes the columns that its page says, in order",
        arguments: [
            ("- filter: flight > 1", "filter", airlines), ("- limit: 3", "limit", airlines), ("- limit: 0", "limit", airlines),
            ("- sort: [-flight, name]", "sort", airlines), ("- deduplicate: {by: carrier, keep: last}", "deduplicate", airlines),
            ("- deduplicate: {}", "deduplicate", airlines), ("- fill: {name: \"'none'\"}", "project", airlines),
            ("- derive: {next: flight + 1, name: length(name)}", "project", "carrier string, name int64, flight int64, next int64"),
            ("- select: [flight, code: lower(carrier)]", "project", "flight int64, code string"),
            ("- select: [flight, {code: lower(carrier), name: name}]", "project", "flight int64, code string, name string"),
            ("- drop: name", "project", "carrier string, flight int64"),
            ("- rename: {carrier: name, name: carrier}", "project", "name string, carrier string, flight int64"),
            ("- cast: {flight: \"decimal(12,2)\"}", "project", "carrier string, name string, flight decimal(12,2)"),
            ("- cast: {flight: int64}", "project", airlines),
            ("- union: {files: airports.csv}", "union", airlines + ", faa string, lat float64, alt int64"),
            (
                "- aggregate: {by: [carrier, initial: \"left(name, 1)\"], columns: {n: count(*), top: max(flight), mean: avg(flight)}}",
                "aggregate", "carrier string, initial string, n int64, top int64, mean float64"
            ),
            ("- aggregate: {columns: {n: count(DISTINCT carrier)}}", "aggregate", "n int64"),
            ("- join: {with: {files: airports.csv}, on: [name]}", "join", airlines + ", faa string, lat float64, alt int64"),
            ("- join: {with: {files: airports.csv}, on: {carrier: faa}, columns: lat, prefix: at_}", "join", airlines + ", at_lat float64"),
            ("- join: {with: {files: airports.csv}, on: name, kind: full}", "join", airlines + ", faa string, lat float64, alt int64"),
            ("- join: {with: {files: airports.csv}, on: name, kind: semi}", "join", airlines),
            (
                "- join: {with: {files: airports.csv}, on: name, as_of: {on: {flight: alt}}, columns: lat}", "join",
                airlines + ", lat float64"
            ),
            (
                "- join: {with: {files: airlines.csv}, as_of: {on: flight, tolerance: 3}, prefix: x_}", "join",
                airlines + ", x_carrier string, x_name string"
            ),
            ("- join: {with: {files: airports.csv}, on: name, kind: anti}", "join", airlines),
        ])
    func columns(_ step: String, _ operation: String, _ expected: String) async throws {
        let plan = try await plan(definitionText(step, source: "airlines.csv"))
        #expect(plan.outputSchema.text == expected)
        #expect(plan.steps.map(\.operation.name) == [operation])
    }

    @Test("a column that uses an earlier one of its derive is computed behind it")
    func layers() async throws {
        let plan = try await plan(definitionText("- derive: {a: flight + 1, b: flight + 2, c: a * b}\n- limit: 1", source: "airlines.csv"))
        #expect(plan.steps.map(\.name) == ["1 derive", "1 derive (2)", "2 limit"])
        #expect(plan.outputSchema.text == Self.airlines + ", a int64, b int64, c int64")
    }

    @Test("a definition without steps writes the source's columns")
    func noSteps() async throws {
        let plan = try await plan(definitionText(source: "airlines.csv"))
        #expect(plan.outputSchema.text == Self.airlines)
        #expect(plan.steps.isEmpty)
    }

    @Test("what a left join adds may be null, and so may what one side of a union lacks; what was filled may not")
    func nullable() async throws {
        func nullable(_ step: String) async throws -> [String] {
            try await plan(definitionText(step, source: "codes.csv")).outputSchema.fields.filter(\.isNullable).map(\.name)
        }
        let join = "- join: {with: {files: codes.csv}, on: [code], prefix: other_, kind: "
        let (inner, left) = (try await nullable(join + "inner}"), try await nullable(join + "left}"))
        #expect(inner == ["note", "other_note"])
        #expect(left == ["note", "other_note", "other_number"])
        let (right, full) = (try await nullable(join + "right}"), try await nullable(join + "full}"))
        #expect(right == ["note", "number", "other_note"])
        #expect(full == ["note", "number", "other_note", "other_number"])
        let nullableKey = "- join: {with: {files: airlines.csv}, on: {code: name}, prefix: other_, columns: [flight], kind: "
        #expect(try await nullable(nullableKey + "right}") == ["code", "note", "number", "other_flight"])
        #expect(try await nullable(nullableKey + "left}") == ["note", "other_flight"])
        let union = try await nullable("- union: {files: numbers.csv}")
        #expect(union == ["code", "note", "extra"])
        let filled = try await nullable("- fill: {note: \"''\"}")
        #expect(filled == [])
    }

    @Test("a join that would make two columns of one name says what to do")
    func clash() async throws {
        let error = try #require(
            await errors(definitionText("- join: {with: {files: airlines.csv}, on: [carrier], columns: [name, flight]}")).first)
        #expect(error.brief == "duplicate-column 5:72")
        #expect(error.message == "the table's column \"flight\" would be a second column \"flight\"")
        #expect(error.remedy?.hasPrefix("add `prefix: …` to the join") == true)
        let prefixed = try await plan(
            definitionText("- join: {with: {files: airlines.csv}, on: [carrier], columns: [flight], prefix: al_}"))
        #expect(prefixed.outputSchema.names.last == "al_flight")
    }

    @Test("join keys of different types, and a union of different types, advise a cast that makes the plan work")
    func castAdvice() async throws {
        let join = "- join: {with: {files: airlines.csv}, on: [flight], columns: [name]}"
        let error = try #require(await errors(definitionText(join)).first)
        #expect(error.code == .typeError)
        #expect(error.remedy == "put `cast: {flight: int64}` before the join, or declare the table's column")
        let cast = try await plan(definitionText("- cast: {flight: int64}\n" + join))
        #expect(cast.outputSchema["name"] != nil)

        let union = "- union: {files: airlines.csv}"
        let mismatch = try #require(await errors(definitionText(union)).first)
        #expect(mismatch.remedy?.hasPrefix("cast the column to int64 before this step") == true)
        let united = try await plan(definitionText("- cast: {flight: int64}\n" + union))
        #expect(united.outputSchema["flight"]?.type == .int64)
    }

    @Test(
        "a tolerance is an interval for times and a number otherwise",
        arguments: [
            ("small: int32", "3", AsOfMatch.Tolerance.whole(3)), ("small: int32", "3.5", nil), ("small: date", "2 days", .whole(2)),
            ("small: date", "1 hour", nil), ("small: \"timestamp\"", "1 day 2 hours", .whole(93_600_000_000)),
            ("small: \"timestamp\"", "1 month", nil), ("small: \"timestamp\"", "90", nil), ("small: float32", "0.25", .fraction(0.25)),
            ("small: float64", "nan", nil), ("small: \"decimal(9,2)\"", "1.5", .whole(150)), ("small: \"decimal(9,2)\"", "0.125", nil),
        ])
    func tolerance(_ column: String, _ text: String, _ expected: AsOfMatch.Tolerance?) async throws {
        let table = "{files: kinds.csv, columns: {\(column)}}"
        let step = "- join: {with: \(table), on: word, as_of: {on: small, tolerance: \(text)}, columns: day, prefix: x_}"
        let definition = definitionText(step, source: "kinds.csv, columns: {\(column)}")
        guard let expected else {
            #expect(await errors(definition).map(\.code) == [.invalidOption])
            return
        }
        guard case .join(let join)? = try await plan(definition).steps.first?.operation else { throw Unexpected() }
        #expect(join.asOf?.tolerance == expected)
        #expect(join.asOf?.direction == .backward)
    }

    @Test("both keys of a join, and all columns of a step, are checked before it gives up")
    func severalInOneStep() async {
        let keys = await errors(definitionText("- join: {with: {files: airports.csv}, on: {dest: fa, carier: name}}"))
        #expect(keys.map(\.brief) == ["unknown-column 5:52", "unknown-column 5:56"])
        #expect(keys.first?.message == "unknown column \"fa\" in the table")
        let drops = await errors(definitionText("- drop: [yaer, month, dayy]"))
        #expect(drops.map(\.remedy) == ["did you mean \"year\"?", "did you mean \"day\"?"])
    }

    @Test("columns of lists and structs are no keys to sort or group by")
    func nested() async {
        let sort = await errors(definitionText("- sort: [user]", source: "events.json"))
        #expect(sort.map(\.brief) == ["type-error 5:12"])
        let group = await errors(definitionText("- aggregate: {by: [tags], columns: {n: count(*)}}", source: "events.json"))
        #expect(group.map(\.brief) == ["type-error 5:22"])
    }

    @Test("a column's name is taken as it stands, with dots, blanks and quotes")
    func oddNames() async throws {
        let plan = try await plan(definitionText("- aggregate: {by: [\"a.b \\\"c\\\"\"], columns: {n: count(*)}}", source: "odd.csv"))
        #expect(plan.outputSchema.names == ["a.b \"c\"", "n"])
        let cast = try await SluicePipelinesTests.plan(definitionText("- cast: {\"a.b \\\"c\\\"\": string}", source: "odd.csv"))
        #expect(cast.outputSchema.text == "a.b \"c\" string")
    }

    @Test(
        "a fill keeps the column's type, and literals take it",
        arguments: [
            ("amount: 0.5", "decimal(12,2)"), ("amount: 0", "decimal(12,2)"), ("day: \"'2024-01-01'\"", "date"), ("small: 7", "int16"),
            ("small: 7 -- a comment", "int16"), ("ratio: 1", "float32"), ("ratio: small", "float32"), ("word: \"NULL\"", "string"),
        ])
    func fills(_ fill: String, _ type: String) async throws {
        let plan = try await plan(definitionText("- fill: {\(fill)}", source: "kinds.csv"))
        let name = String(fill.prefix { $0 != ":" })
        #expect(plan.outputSchema[name]?.type.description == type)
    }

    @Test(
        "a fill of another kind is refused with advice",
        arguments: [
            ("small: 0.5", "cast the column first"), ("amount: ratio", "cast the column first"), ("word: 5", "put the text in quotes"),
            ("day: word", "cast the column first"), ("word: none", "a text needs quotes of its own: \"'none'\""),
        ])
    func wrongFills(_ fill: String, _ advice: String) async {
        let found = await errors(definitionText("- fill: {\(fill)}", source: "kinds.csv"))
        #expect(found.count == 1)
        #expect(found.first?.remedy?.contains(advice) == true, "\(found)")
    }

    @Test(
        "a new column without a name is refused",
        arguments: ["- derive: {\"\": flight}", "- rename: {name: \"\"}", "- select: [\"\": name]"])
    func nameless(_ step: String) async {
        let found = await errors(definitionText(step, source: "airlines.csv"))
        #expect(found.map(\.brief) == ["invalid-option 5:5"])
    }

    @Test("dropping every column is refused")
    func dropAll() async {
        let found = await errors(definitionText("- drop: [carrier, name, flight]", source: "airlines.csv"))
        #expect(found.map(\.brief) == ["invalid-option 5:5"])
    }

    @Test("notices of all sources come once each")
    func notices() async throws {
        func join(_ column: String) -> String { "- join: {with: {files: airports.csv}, on: {dest: faa}, columns: \(column)}" }
        let plan = try await plan(definitionText(join("lat") + "\n" + join("alt")))
        #expect(plan.notices == ["airports.csv: 3 rows have no tzone"])
    }

    @Test("the example of every manual is a definition that loads", arguments: StepRegistry.keys)
    func examples(_ key: String) throws {
        let manual = try #require(StepRegistry.steps.first { $0.manual.key == key }).manual
        #expect(!manual.examples.isEmpty)
        for example in manual.examples {
            #expect(try load(definitionText(example)).steps.count == 1, "\(example)")
        }
    }
}
