import SluiceCore
import SluicePipelines
import Testing

@Suite struct DefinitionErrorTests {
    @Test(
        "a mistake is found at its line and column",
        arguments: [
            ("name: test\nsorce: {files: a}\nsink: {table: t}\n", ["missing-key 1:1", "unknown-key 2:1"]),
            ("name: test\nsource: {files: flights.csv}\n", ["missing-key 1:1"]),
            ("name: a b\nsource: {files: flights.csv}\nsink: {table: t}\n", ["invalid-option 1:7"]),
            ("name: test\nsource: {fils: flights.csv}\nsink: {table: t}\n", ["unknown-connector 2:10"]),
            ("name: test\nsource: {files: flights.csv, formt: csv}\nsink: {table: t}\n", ["unknown-key 2:30"]),
            ("name: test\nsource: {files: flights.csv, format: cvs}\nsink: {table: t}\n", ["invalid-option 2:38"]),
            ("name: test\nsource: {table: t}\nsink: {table: t}\n", ["invalid-option 2:10"]),
            ("name: test\nsource: {files: a, table: t}\nsink: {table: t}\n", ["invalid-option 2:20"]),
            ("name: test\nsource: flights.csv\nsink: {table: t}\n", ["wrong-type 2:9"]),
            ("name: test\nsource: {files: flights.csv}\nsink: {table: t}\non_error: ignore\n", ["invalid-option 4:11"]),
            ("name: test\nsource: {files: flights.csv}\nstream: {name: s, shards: 0}\nsink: {table: t}\n", ["invalid-option 3:27"]),
            ("name: test\nsource: {files: flights.csv}\nstream: {name: s, shards: 1025}\nsink: {table: t}\n", ["invalid-option 3:27"]),
            ("name: test\nsource: {files: flights.csv}\nstream: {name: s, key: tail}\nsink: {table: t}\n", ["unknown-column 3:24"]),
            ("name: test\nsource: {files: flights.csv}\nsink: {table: t, partition_by: [mnth]}\n", ["unknown-column 3:32"]),
            ("name: test\nsource: {files: nothing.csv}\nsink: {table: t}\n", ["file-not-found 2:17"]),
            ("- a\n- b\n", ["wrong-type 1:1"]), ("just text\n", ["wrong-type 1:1"]), ("", ["malformed-yaml 1:1"]),
            ("name: test\nname: again\n", ["malformed-yaml 2:1"]), ("name: \"test\n", ["malformed-yaml 2:1"]),
            ("name: test\n\tsource: x\n", ["malformed-yaml 2:1"]), ("name: a: b\n", ["malformed-yaml 1:8"]),
            ("name: [a, b\n", ["malformed-yaml 2:1"]), ("name: a\n---\nname: b\n", ["malformed-yaml 2:1"]),
            ("name: *other\n", ["malformed-yaml 1:7"]), ("name: a\u{1}b\n", ["malformed-yaml 1:8"]),
            ("{name: a, source: {files: b, files: c}}\n", ["malformed-yaml 1:30"]),
        ] as [(String, [String])])
    func places(_ text: String, _ expected: [String]) async {
        let found = await errors(text).map(\.brief)
        #expect(found == expected)
    }

    @Test("a reference in braces is to be quoted, whatever the indentation") func unquotedReference() async {
        let found = await errors("name: test\nsource: {files: a}\nsteps:\n  - {filter: v > ${p}}\nsink: {table: t}\n")
        #expect(found.map(\.code.name) == ["malformed-yaml"], "\(found)")
        #expect(found.first?.remedy?.contains("quote a text with a reference") == true, "\(found)")
    }

    @Test(
        "a mistake in a step is found at its line and column",
        arguments: [
            // The first step begins in line 5, its key in column 5.
            ("- fliter: a > 1", ["unknown-step 5:5"]), ("- filter", ["wrong-type 5:5"]), ("- 5", ["wrong-type 5:5"]),
            ("- limit: ten", ["wrong-type 5:12"]), ("- limit: -1", ["invalid-option 5:12"]), ("- limit: \"5\"", ["wrong-type 5:12"]),
            ("- filter: [a]", ["wrong-type 5:13"]), ("- select: []", ["invalid-option 5:13"]),
            ("- filter: dep_delay > 1\n  limit: 2", ["unknown-key 6:5"]), ("- select: [carrier, flihgt]", ["unknown-column 5:23"]),
            ("- select: [carrier, carrier]", ["duplicate-column 5:23"]), ("- drop: [carier]", ["unknown-column 5:12"]),
            ("- rename: {tail: tailnum}", ["unknown-column 5:14"]), ("- rename: {dest: carrier}", ["duplicate-column 5:20"]),
            ("- cast: {flight: int46}", ["type-error 5:20"]), ("- cast: {flght: int64}", ["unknown-column 5:12"]),
            ("- cast: {flight: date}", ["type-error 5:20"]), ("- fill: {carrier: 5}", ["type-error 5:21"]),
            ("- sort: [-arr_dely]", ["unknown-column 5:12"]), ("- sort: [{column: carrier, order: up}]", ["invalid-option 5:37"]),
            ("- sort: [{colum: carrier}]", ["missing-key 5:12", "unknown-key 5:13"]),
            ("- deduplicate: {keep: any}", ["invalid-option 5:25"]),
            ("- deduplicate: {by: [id]}", ["unknown-column 5:24"]), ("- aggregate: {by: [carrier]}", ["missing-key 5:5"]),
            ("- aggregate: {columns: {n: cuont(*)}}", ["unknown-function 5:30"]),
            ("- aggregate: {columns: {n: \"sum(carrier)\"}}", ["type-error 5:35"]),
            ("- aggregate: {by: [carrier], columns: {carrier: count(*)}}", ["duplicate-column 5:42"]),
            ("- join: {with: {files: airlines.csv}, on: [carier]}", ["unknown-column 5:46"]),
            ("- join: {with: {files: airlines.csv}, on: [flight]}", ["type-error 5:46"]),
            ("- join: {with: {files: airlines.csv}, on: [carrier]}", ["duplicate-column 5:5"]),
            ("- join: {with: {files: airlines.csv}, on: [carrier], kind: outer}", ["invalid-option 5:62"]),
            ("- join: {with: {fils: airlines.csv}, on: [carrier]}", ["unknown-connector 5:19"]),
            ("- join: {with: {files: airlines.csv}}", ["missing-key 5:5"]),
            ("- join: {with: {files: airports.csv}, on: {dest: faa}, as_of: {}}", ["missing-key 5:58"]),
            ("- join: {with: {files: airports.csv}, as_of: {on: dest}}", ["unknown-column 5:53"]),
            ("- join: {with: {files: airports.csv}, as_of: {on: {dest: faa}}}", ["type-error 5:54"]),
            ("- join: {with: {files: airports.csv}, as_of: {on: {distance: alt}}}", ["type-error 5:54"]),
            ("- join: {with: {files: airports.csv}, as_of: {on: {distance: lat, dest: faa}}}", ["invalid-option 5:53"]),
            ("- join: {with: {files: airports.csv}, as_of: {on: {distance: lat}, direction: up}}", ["invalid-option 5:81"]),
            ("- join: {with: {files: airports.csv}, as_of: {on: {distance: lat}, tolerance: -1}}", ["invalid-option 5:81"]),
            ("- join: {with: {files: airports.csv}, as_of: {on: {distance: lat}, tolerance: 1 hour}}", ["invalid-option 5:81"]),
            ("- join: {with: {files: airports.csv}, as_of: {on: {distance: lat}}, kind: full}", ["invalid-option 5:77"]),
            ("- join: {with: {files: airlines.csv}, on: [carrier], columns: [nme]}", ["unknown-column 5:66"]),
            ("- union: {files: airlines.csv}", ["type-error 5:12"]), ("- swift: nobody", ["unknown-closure 5:12"]),
        ] as [(String, [String])])
    func steps(_ step: String, _ expected: [String]) async {
        let found = await errors(definitionText(step)).map(\.brief)
        #expect(found == expected)
    }

    @Test(
        "an error inside an expression is placed at its character, however the text is written",
        arguments: [
            ("- filter: dep_dely > 15", "unknown-column 5:13"), ("- filter: dep_delay > 15 AND arr_dely > 1", "unknown-column 5:32"),
            ("- filter: \"carrier = 'AA' AND arr_dely > 1\"", "unknown-column 5:33"),
            ("- filter: \"carrier = \\\"x\\\" AND 1 = 1\"", "unknown-column 5:24"),
            ("- filter: 'carrier = ''AA'' AND arr_dely > 1'", "unknown-column 5:35"),
            ("- filter: >\n    dep_delay > 1\n    AND arr_dely > 1", "unknown-column 7:11"),
            ("- filter: |\n    dep_delay > 1\n      AND arr_dely > 1", "unknown-column 7:13"),
            ("- filter: dep_delay > 1\n    AND arr_dely > 1", "unknown-column 6:11"),
            ("- filter: \"dep_delay > 1 \\\n    AND arr_dely > 1\"", "unknown-column 6:11"),
            ("- filter: \"carrier = '\\u00fc' AND arr_dely > 1\"", "unknown-column 5:37"),
            ("- filter: \"carrier = 'ü' AND arr_dely > 1\"", "unknown-column 5:32"),
            ("- filter: !!str \"arr_dely > 1\"", "unknown-column 5:20"),
            ("- derive:\n    gain: dep_delay - carrier", "type-error 6:25"), ("- derive: {gain: uper(carrier)}", "unknown-function 5:20"),
            ("- filter: dep_delay >", "syntax-error 5:24"), ("- filter: \"(dep_delay > 1\"", "syntax-error 5:28"),
            ("- aggregate:\n    columns:\n      n: >-\n        sum(arr_dely)", "unknown-column 8:15"),
        ])
    func expressions(_ step: String, _ expected: String) async {
        let found = await errors(definitionText(step)).map(\.brief)
        #expect(found == [expected])
    }

    @Test("names that are not found come with the nearest one or with what there is")
    func suggestions() async {
        func remedy(_ step: String) async -> String? { await errors(definitionText(step)).first?.remedy }
        #expect(await remedy("- fliter: a > 1") == "did you mean \"filter\"?")
        #expect(await remedy("- select: [carier]") == "did you mean \"carrier\"?")
        #expect(await remedy("- filter: arr_dealy > 1") == "did you mean \"arr_delay\"?")
        #expect(await remedy("- derive: {a: uper(carrier)}") == "did you mean \"upper\"?")
        #expect(await remedy("- join: {with: {fils: a}, on: [b]}") == "did you mean \"files\"?")
        #expect(await errors("name: test\nsource: {files: flights.csv}\nsnik: {table: t}\n").first?.remedy?.contains("sink") == true)
        #expect(await remedy("- teleport: a")?.hasPrefix("steps: filter, derive") == true)
        let selected = await errors(definitionText("- select: [user.id]", source: "events.json")).first
        #expect(selected?.remedy == "a value inside a column needs a name: \"user_id: user.id\"")
    }

    @Test("independent mistakes are all reported, in the order of the text")
    func several() async {
        let text = definitionText("- fliter: a\n- limit: x\n- filter: \"a >\"", more: "strem: 1")
        let found = await errors(text).map(\.brief)
        #expect(found == ["unknown-key 3:1", "unknown-step 6:5", "wrong-type 7:12", "syntax-error 8:17"])
        let derived = definitionText("- derive:\n    a: nothing\n    b: dep_delay +")
        let syntax = await errors(derived).map(\.brief)
        #expect(syntax == ["syntax-error 7:21"])
        let bound = definitionText("- derive:\n    a: nothing\n    b: a + dep_delay\n    c: upper(flight)\n    d: c\n    e: dest + 1")
        let independent = await errors(bound).map(\.brief)
        #expect(independent == ["unknown-column 6:10", "type-error 8:16", "type-error 10:10"])
        let selected = definitionText("- select: [a, carrier, b]")
        #expect(await errors(selected).map(\.brief) == ["unknown-column 5:14", "unknown-column 5:26"])
    }

    @Test("the excerpt shows the line with marks under the word")
    func excerpt() async throws {
        let text = definitionText("- filter: arr_dely > 15")
        let error = try #require(await errors(text).first)
        let excerpt = try #require(DefinitionExcerpt(error, in: DefinitionDocument(path: "p.yaml", text: text)))
        #expect(excerpt.lineNumber == 5)
        #expect(excerpt.rendered == "  5 |   - filter: arr_dely > 15\n    |             ^^^^^^^^")
        #expect(DefinitionExcerpt(error, in: DefinitionDocument(path: "other.yaml", text: text)) == nil)
    }

    @Test("an excerpt of a very long line shows the part around the place")
    func longLine() throws {
        let text = String(repeating: "x", count: 500) + " here " + String(repeating: "y", count: 500)
        let error = SluiceError(.wrongType, "m", at: .file(path: "p", line: 1, column: 502))
        let excerpt = try #require(DefinitionExcerpt(error, in: DefinitionDocument(path: "p", text: text)))
        #expect(excerpt.line.count == DefinitionExcerpt.width)
        let marked = Array(excerpt.line)[(excerpt.marked.lowerBound - 1)..<excerpt.marked.upperBound]
        #expect(String(marked) == "here")
    }

    @Test("a file that is not there, is a folder, or is no text")
    func files() throws {
        func code(_ path: String) -> SluiceError.Code? {
            do {
                _ = try PipelineLoader.load(path: path, connectors: TestConnectors.registry)
                return nil
            } catch {
                return DefinitionErrors.list(error)?.first?.code
            }
        }
        #expect(code("/nowhere/p.yaml") == .fileNotFound)
        #expect(code("/tmp") == .unreadable)
    }
}
