import SluiceCore
import SluicePipelines
import Testing

/// A flow over a file of flights.
private func flowText(_ tasks: String = "", pull: String = "full", more: String = "destination: {table: out.test}") -> String {
    "flow: test\nsource: {files: flights.csv}\npull: \(pull)\n" + (tasks.isEmpty ? "" : "tasks:\n\(tasks)\n") + more + "\n"
}

@Suite("flows as pipelines")
struct FlowTests {
    @Test(
        "a mistake is found at its line and column",
        arguments: [
            (flowText("  - map: {a: arr_dely}"), ["unknown-column 5:14"]),
            (flowText("  - map_all: {except: [carier]}"), ["unknown-column 5:24"]),
            (flowText("  - passthrough: [carrier, carrier]"), ["duplicate-column 5:28"]),
            (flowText("  - mapp: {a: carrier}"), ["unknown-step 5:5"]),
            (flowText("  - truncate: {carrier: 0}"), ["invalid-option 5:25"]),
            (flowText("  - truncate: {carier: 3}"), ["unknown-column 5:16"]),
            (flowText("  - merge: {a: [carrier, tailnumm]}"), ["unknown-column 5:16"]),
            (flowText("  - validate: {carrier: not_nil}"), ["invalid-option 5:25"]),
            (flowText("  - validate: {carier: not_null}"), ["unknown-column 5:16"]),
            (flowText("  - validate: {carrier: not_zero}"), ["type-error 5:16"]),
            (flowText("  - partition: year\n  - partition: month"), ["invalid-option 6:16"]),
            (flowText("  - 15"), ["wrong-type 5:5"]),
            (flowText("  - filter: arr_delay"), ["type-error 5:13"]),
            (flowText(pull: "partly"), ["invalid-option 3:7"]),
            (flowText(pull: "{mode: full, lag: 5 m}"), ["invalid-option 3:25"]),
            (flowText(pull: "{mode: full, deleted: drop}"), ["invalid-option 3:29"]),
            (flowText(pull: "{mode: full, from: \"2024-01-01\"}"), ["invalid-option 3:26"]),
            (flowText(more: "destination: {table: a}\ndestinations: {b: {table: b}}"), ["invalid-option 4:14"]),
            (flowText(more: "sink: {table: a}"), ["unknown-key 4:1"]),
            (flowText(more: "description: none"), ["missing-key 1:1"]),
            (flowText(more: "destination: {tabel: a}"), ["unknown-connector 4:15"]),
            (flowText(more: "destinations: {a: {table: b, wen: x}}"), ["unknown-key 4:30"]),
        ] as [(String, [String])])
    func places(_ text: String, _ expected: [String]) async {
        let found = await errors(text).map(\.brief)
        #expect(found == expected)
    }

    @Test("tasks compute first, in their order; the mapping is behind them") func order() throws {
        let definition = try load(
            flowText(
                "  - map: {line: carrier}\n  - arithmetic: {gain: dep_delay - arr_delay}\n  - filter: month = 1\n  - map_all: {except: year}"
            ))
        #expect(definition.isFlow && definition.name == "test")
        #expect(definition.steps.map { type(of: $0).manual.key } == ["derive", "filter", "drop", "rename"])
    }

    @Test("without map_all only what is named goes along, and what tasks made") func selection() async throws {
        let plan = try await plan(
            flowText("  - map: {line: carrier, late: arr_delay > 15}\n  - merge: {id: [tailnum, flight]}\n  - passthrough: dest"))
        #expect(plan.outputSchema.names == ["line", "late", "dest", "id"])
    }

    @Test("without any mapping all fields go along under their names") func passing() async throws {
        let plan = try await plan(flowText())
        #expect(plan.outputSchema == plan.source.schema)
        #expect(plan.outputSchema.count == TestConnectors.schemas["flights.csv"]?.count)
    }

    @Test(
        "with map_all every expression sees the fields as they are before the mapping",
        arguments: [
            // (tasks, columns that are there, columns that are not)
            ("  - map_all\n  - map: {original: carrier, carrier: upper(carrier)}", "original carrier dest", ""),
            ("  - map: {carrier: upper(carrier), original: carrier}\n  - map_all", "original carrier dest", ""),
            ("  - map_all: {except: [carrier]}\n  - map: {carrier: upper(carrier)}", "carrier dest", ""),
            ("  - map_all: {except: [carrier]}\n  - map: {line: carrier}", "line dest", "carrier"),
            ("  - map_all: {except: [carrier]}\n  - map: {carrier: dest}", "carrier year", "dest"),
            ("  - map_all\n  - map: {carrier: upper(dest), dest: upper(carrier)}", "carrier dest year", ""),
            ("  - map_all\n  - map: {carrier: carrier, line: carrier}", "carrier line", ""),
            ("  - map_all: {except: [carrier, dest]}\n  - passthrough: [carrier]", "carrier year", "dest"),
            ("  - map_all\n  - map: {is_old: true, none: \"null\"}", "is_old none carrier", ""),
        ])
    func mapping(_ tasks: String, _ there: String, _ gone: String) async throws {
        let names = try await plan(flowText(tasks)).outputSchema.names
        for name in there.split(separator: " ") { #expect(names.contains(String(name)), "\(names)") }
        for name in gone.split(separator: " ") { #expect(!names.contains(String(name)), "\(names)") }
        #expect(names.count == Set(names).count && !names.contains { $0.contains("mapped") })
    }

    @Test("a field that passthrough names has to be there, also beside map_all") func passedNames() async {
        #expect(await errors(flowText("  - map_all\n  - passthrough: [nope]")).map(\.brief) == ["unknown-column 6:19"])
    }

    @Test("two names for one field are both there") func twice() async throws {
        let plan = try await plan(flowText("  - map_all\n  - map: {a: carrier, b: carrier}"))
        #expect(plan.outputSchema.names.contains("a") && plan.outputSchema.names.contains("b"))
        #expect(!plan.outputSchema.names.contains("carrier"))
    }

    @Test("all rows go to each of several destinations, with conditions and tasks of its own") func destinations() throws {
        let definition = try load(
            flowText(
                more: """
                    destinations:
                      all: {table: out.all}
                      late: {table: out.late, when: arr_delay > 15, tasks: [{passthrough: [carrier]}]}
                    """))
        #expect(definition.outputs.map(\.name) == ["all", "late"] && definition.routeMatch == .all)
        #expect(definition.outputs[1].steps.count == 1)
        guard case .route(when: .some) = definition.outputs[1].role else {
            Issue.record("the condition is gone")
            return
        }
    }

    @Test("a pipeline that is no flow stays as it is") func pipeline() throws { #expect(try !load(definitionText()).isFlow) }
}
