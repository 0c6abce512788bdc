import SluiceCore
import SluicePipelines
import Testing

@Suite struct ProjectionTests {
    private static let everything = "year month day dep_delay arr_delay carrier flight tailnum dest air_time distance time_hour"

    @Test(
        "the source reads the columns that steps or the sink use, in its own order",
        arguments: [
            ("- select: [carrier, dep_delay]", "dep_delay carrier"),
            ("- filter: arr_delay > 15\n- select: [carrier]", "arr_delay carrier"),
            ("- limit: 1\n- select: [x: year + month]", "year month"), ("- filter: year > 1", everything),
            ("- deduplicate: {}", everything),
            // A computed column is read even if nobody uses it: its errors are part of the result.
            ("- derive: {x: distance * 2}\n- select: [carrier]", "carrier distance"),
            ("- fill: {tailnum: \"'?'\"}\n- select: [carrier]", "carrier tailnum"),
            ("- cast: {flight: string}\n- select: [carrier]", "carrier flight"),
            ("- rename: {carrier: airline, dest: to}\n- select: [airline]", "carrier"),
            ("- rename: {carrier: dest, dest: carrier}\n- select: [dest]", "carrier"),
            ("- derive: {dest: upper(carrier)}\n- select: [dest]", "carrier"), ("- drop: [year, month]\n- select: [day]", "day"),
            ("- sort: -distance\n- select: [carrier]", "carrier distance"),
            ("- deduplicate: {by: flight}\n- select: [carrier]", "carrier flight"),
            ("- deduplicate: {}\n- select: [carrier]", everything),
            ("- aggregate: {by: carrier, columns: {d: max(arr_delay)}}", "arr_delay carrier"),
            ("- mask: {tailnum: hash, dest: redact}\n- select: [carrier, dest]", "carrier dest"),
            ("- sample: {share: 0.5, by: flight}\n- select: [carrier]", "carrier flight"),
            ("- sample: 0.5\n- select: [carrier]", "carrier"),
            ("- assert: {far: {that: distance > 0, on_fail: warn}}\n- select: [carrier]", "carrier distance"),
            ("- exec: {command: [cat], columns: {carrier: string}}", everything),
            // Something must say how many rows there are.
            ("- aggregate: {columns: {n: count(*)}}", "year"),
            ("- join: {with: {files: airlines.csv}, on: carrier, columns: name}\n- select: [name]", "carrier"),
            ("- union: {files: flights.csv}\n- select: [dest]", "dest"),
            ("- select: [carrier, dest]\n- select: [dest, day: 1]\n- drop: day", "dest"),
        ])
    func sourceColumns(_ steps: String, _ expected: String) async throws {
        let plan = try await plan(definitionText(steps))
        let source = plan.source
        #expect(source.columns.joined(separator: " ") == expected)
        #expect(source.schema.names == source.columns)
    }

    @Test("the stream's key is read, too")
    func streamKey() async throws {
        let plan = try await plan(definitionText("- select: [carrier]", more: "stream: {name: s, shards: 2, key: tailnum}"))
        #expect(plan.source.columns == ["carrier", "tailnum"])
        #expect(plan.outputSchema.names == ["carrier"])
    }

    @Test(
        "a column that is computed in place of another stays there, also if that one is not read",
        arguments: [
            ("- derive: {dest: upper(carrier)}", everything), ("- derive: {carrier: \"'x'\", dest: upper(tailnum)}", everything),
            ("- derive: {year: month, month: year + 1}", everything),
            ("- derive: {x: day, day: 1}\n- drop: [month]", everything.replacing("month ", with: "") + " x"),
        ])
    func places(_ steps: String, _ expected: String) async throws {
        let plan = try await plan(definitionText(steps))
        #expect(plan.outputSchema.names.joined(separator: " ") == expected)
        #expect(plan.source.columns.count < Self.everything.split(separator: " ").count)
    }

    @Test("what is left out changes neither the result's columns nor their order")
    func sameResult() async throws {
        let steps = """
            - derive: {gain: dep_delay - arr_delay}
            - rename: {dest: to, year: y}
            - drop: [y, month]
            - join: {with: {files: airports.csv}, on: {to: faa}, prefix: to_, kind: left}
            - select: [to_lat, gain, to]
            """
        let plan = try await plan(definitionText(steps))
        #expect(plan.source.columns == ["dep_delay", "arr_delay", "dest"])
        #expect(plan.outputSchema.text == "to_lat float64, gain int64, to string")
    }

    @Test("the table of a join and the source of a union are read as narrowly")
    func others() async throws {
        let join = try await plan(definitionText("- join: {with: {files: airports.csv}, on: {dest: faa}}\n- select: [carrier, lat]"))
        guard case .join(let operation)? = join.steps.first?.operation else { throw Unexpected() }
        #expect(operation.table.columns == ["faa", "lat"])
        #expect(operation.tableKeys == [0])
        #expect(operation.tableColumns == [1])
        let full = try await plan(
            definitionText("- join: {with: {files: airports.csv}, on: {dest: faa}, kind: full}\n- select: [carrier, lat]"))
        guard case .join(let kept)? = full.steps.first?.operation else { throw Unexpected() }
        #expect(kept.table.columns == ["faa", "lat"])
        #expect(full.source.columns == ["carrier", "dest"])
        let nearest = try await plan(
            definitionText("- join: {with: {files: airports.csv}, on: {dest: faa}, as_of: {on: {distance: lat}}}\n- select: [carrier]"))
        guard case .join(let asOf)? = nearest.steps.first?.operation else { throw Unexpected() }
        #expect(asOf.table.columns == ["faa", "lat"])
        #expect(asOf.tableColumns.isEmpty)
        #expect(nearest.source.columns == ["carrier", "dest", "distance"])
        let union = try await plan(definitionText("- union: {files: flights.csv}\n- filter: year > 1\n- select: [dest]"))
        guard case .union(let united)? = union.steps.first?.operation else { throw Unexpected() }
        #expect(united.other.columns == ["year", "dest"])
    }

    @Test("a source whose columns nobody reads still counts its rows")
    func unionOfOthers() async throws {
        let plan = try await plan(definitionText("- union: {files: airports.csv}\n- select: [carrier]"))
        guard case .union(let united)? = plan.steps.first?.operation else { throw Unexpected() }
        #expect(united.other.columns == ["faa"])
        #expect(plan.source.columns == ["carrier"])
        #expect(plan.outputSchema.text == "carrier string")
    }

    @Test("a closure reads the columns of its row type, or all of them")
    func closures() async throws {
        struct Row: Codable { var carrier: String }
        let steps = "- swift: late\n- select: [dest]"
        let typed = Jobs(closures: [.filter("late") { (row: Row) in row.carrier == "AA" }]).registry
        let narrow = try await plan(definitionText(steps), closures: typed)
        #expect(narrow.source.columns == ["carrier", "dest"])
        let whole = Jobs(closures: [.batches("late", schema: { $0 }) { $0 }]).registry
        let wide = try await plan(definitionText(steps), closures: whole)
        #expect(wide.source.columns.count == 12)
        let reading = Jobs(closures: [.batches("late", reads: ["day"], schema: { $0 }) { $0 }]).registry
        let some = try await plan(definitionText(steps), closures: reading)
        #expect(some.source.columns == ["day", "dest"])
    }
}

/// A plan has another operation than its step should have.
struct Unexpected: Error {}
