import SluiceTestKit
import Testing

@Suite("sluice test")
struct TestCommandTests {
    private let project: Project

    init() throws { project = try Project() }

    private func write(tests: String, more: String = "") throws {
        try project.directory.write(
            "late.yaml",
            """
            name: late
            parameters: {least: {type: integer, default: 10}}
            source: {files: "in/*.csv", columns: {id: string, delay: int32}}
            steps:
              - filter: delay >= ${least}
              - join: {with: {files: names.csv}, on: [id], kind: left}
              - derive: {half: delay / 2.0, seen: CAST(now() AS string)}
            sink: {table: shop.late}
            on_error: dead_letter
            \(more)
            """)
        try project.directory.write("names.csv", "id,name\na,Anna\nb,Bo\n")
        try project.directory.write("late.tests.yaml", tests)
    }

    private static let good = """
        # Kept as it is.
        - name: rows of text
          now: 2024-03-01T12:00:00Z
          inputs:
            source: |
              id,delay
              a,12
              b,5
              c,11
              d,x
          expect:
            rows: |
              id,delay,name,half,seen
              c,11,,5.5,2024-03-01T12:00:00Z
              a,12,Anna,6,2024-03-01T12:00:00Z
            dead_letters: [{code: value-does-not-fit, column: delay, record: "d,x"}]
        - name: rows as mappings, another table, a parameter
          now: 2024-03-01T12:00:00Z
          parameters: {least: 100}
          inputs:
            source:
              - {id: a, delay: 99}
              - {id: b, delay: 100}
            names.csv: [{id: b, name: Berta}]
          expect:
            columns: [id, name]
            rows: [{id: b, name: Berta}]
        - name: what cannot be given is an error
          parameters: {least: many}
          inputs: {source: []}
          expect: {error: wrong-parameter}

        """

    @Test("rows, dead letters, errors, parameters and the clock are as the tests say")
    func passing() async throws {
        try write(tests: Self.good)
        for arguments in [["late.yaml"], ["late.tests.yaml"], ["."], []] {
            let result = try await project.command(["test"] + arguments).run()
            #expect(result.exitCode == 0, "\(result.transcript)")
            #expect(result.output.hasSuffix("3 passed, 0 failed\n"), "\(result.transcript)")
        }
        let json = try await project.json("test", "late.yaml", "--only", "rows of text")
        #expect(json["passed"]?.integer == 1 && json["failed"]?.integer == 0)
        #expect(json["tests"]?[0]?["test"]?.text == "rows of text" && json["tests"]?[0]?["run"]?.text == "batch")
        // Nothing of it is in the state.
        #expect(TemporaryDirectory.files(below: project.home).isEmpty)
    }

    private static let bad = """
        # Kept as it is.
        - name: wrong rows # and this
          now: 2024-03-01T12:00:00Z
          inputs:
            source: [{id: a, delay: 12}, {id: b, delay: 20}, {id: c, delay: 30}]
          expect:
            columns: [id, delay, name]
            rows: # a comment that goes with the rows
              - {id: a, delay: 13, name: Anna}
              - {id: b, delay: 20, name: Bo}
              - {id: z, delay: 1, name: Zoe}
            # kept, too
            dead_letters: 1
        - name: nothing said
          inputs:
            source: [{id: a, delay: 12}]

        # The end.

        """

    @Test("a test that fails shows the rows that differ, in 80 columns, and ends with 1")
    func failing() async throws {
        try write(tests: Self.bad)
        let result = try await project.sluice("test", "late.yaml")
        #expect(result.exitCode == 1, "\(result.transcript)")
        #expect(result.output.contains("fail  wrong rows  late.tests.yaml:2\n"), "\(result.transcript)")
        #expect(result.output.contains("2 missing (-), 2 unexpected (+), 1 as expected\n"), "\(result.transcript)")
        #expect(result.output.contains("      -  a   13     Anna  delay\n      +  a   12     Anna  delay\n"), "\(result.transcript)")
        #expect(result.output.contains("1 are expected, 0 came"), "\(result.transcript)")
        #expect(result.output.contains("the test expects nothing"), "\(result.transcript)")
        #expect(result.output.hasSuffix("0 passed, 2 failed\n"))
        for line in result.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        let json = try (try await project.sluice("test", "late.yaml", "--json")).json()
        let rows = json["tests"]?[0]?["problems"]?[0]?["rows"]
        #expect(rows?["missing"]?[0]?["delay"]?.text == "13" && rows?["unexpected"]?[0]?["delay"]?.text == "12", "\(json)")
    }

    @Test("--update writes what came out, and leaves the rest of the file as it is")
    func update() async throws {
        try write(tests: Self.bad)
        let result = try await project.sluice("test", "late.yaml", "--update")
        #expect(result.exitCode == 0 && result.output.hasSuffix("0 passed, 0 failed, 2 written anew\n"), "\(result.transcript)")
        let text = try project.directory.text("late.tests.yaml")
        let expected = """
            # Kept as it is.
            - name: wrong rows # and this
              now: 2024-03-01T12:00:00Z
              inputs:
                source: [{id: a, delay: 12}, {id: b, delay: 20}, {id: c, delay: 30}]
              expect:
                columns: [id, delay, name]
                rows:
                  - {id: a, delay: 12, name: Anna}
                  - {id: b, delay: 20, name: Bo}
                  - {id: c, delay: 30, name: null}
                # kept, too
                dead_letters: 0
            - name: nothing said
              inputs:
                source: [{id: a, delay: 12}]
              expect:
                rows: |
                  id,delay,name,half,seen

            """
        #expect(text.hasPrefix(expected), "\(text)")
        #expect(text.hasSuffix("\n\n# The end.\n"), "\(text)")
        let again = try await project.sluice("test", "late.yaml", "--only", "wrong rows")
        #expect(again.exitCode == 0, "\(again.transcript)")
    }

    @Test("a stream's windows, piece by piece as epochs and all at once, with a fixed clock")
    func epochs() async throws {
        try project.directory.write(
            "views.yaml",
            """
            name: views
            source: {stream: clicks, columns: {at: timestamp, page: string}}
            steps:
              - window: {time: at, size: 1 minute, by: [page], columns: {views: count(*)}}
            sink: {files: out, format: csv, mode: append}
            incremental: true
            tests:
              - name: windows
                run: epochs
                inputs:
                  clicks:
                    - [{at: "2024-03-01T10:00:10", page: a}, {at: "2024-03-01T10:00:50", page: a}]
                    - [{at: "2024-03-01T10:00:20", page: a}, {at: "2024-03-01T10:01:05", page: b}]
                    - [{at: "2024-03-01T10:02:30", page: a}]
                expect:
                  columns: [page, views]
                  rows: [{page: a, views: 3}, {page: b, views: 1}]
              - name: all windows end with the input
                inputs:
                  clicks: |
                    {"at": "2024-03-01T10:00:10", "page": "a"}
                    {"at": "2024-03-01T10:02:30", "page": "a"}
                expect:
                  columns: [page, views]
                  rows: [{page: a, views: 1}, {page: a, views: 1}]
            """)
        let result = try await project.sluice("test", "views.yaml")
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(result.output.contains("windows (epochs)\n"), "\(result.transcript)")
        #expect(try await project.sluice("validate", "views.yaml").errors.contains("clicks"), "the definition itself is as it was")
    }

    @Test("the order counts where a test asks for it")
    func order() async throws {
        try project.directory.write(
            "sorted.yaml",
            """
            name: sorted
            source: {files: "in/*.csv"}
            steps: [{sort: [n]}]
            sink: {files: out}
            tests:
              - name: sorted
                inputs: {source: [{n: 2}, {n: 1}]}
                expect: {ordered: true, rows: [{n: 2}, {n: 1}]}
            """)
        let result = try await project.sluice("test", "sorted.yaml")
        #expect(result.exitCode == 1 && result.output.contains("their order is not"), "\(result.transcript)")
        let braces = try await project.sluice("test", "sorted.yaml", "--update")
        #expect(braces.exitCode == 2 && braces.errors.contains("a test in braces cannot be written anew"), "\(braces.transcript)")
    }

    @Test(
        "mistakes in tests have their place and the near name",
        arguments: [
            ("- name: x\n  input: {}\n", "late.tests.yaml:2:3", "did you mean \"inputs\"?", 2),
            ("- name: x\n  expect: {row: []}\n", "late.tests.yaml:2:12", "did you mean \"rows\"?", 2),
            ("- name: x\n  now: noon\n", "late.tests.yaml:2:8", "write it as a timestamp", 2),
            ("- name: x\n  inputs: {name.csv: []}\n", "late.tests.yaml:2:12", "did you mean \"names.csv\"?", 1),
            ("- name: x\n  inputs: {source: {files: nothing.csv}}\n", "late.tests.yaml:2:12", "paths begin at the directory", 1),
            ("[]\n", "late.yaml", "a definition has them under `tests:`", 2),
        ] as [(String, String, String, Int32)])
    func mistakes(_ tests: String, _ place: String, _ advice: String, _ exitCode: Int32) async throws {
        try write(tests: tests)
        if tests == "[]\n" { _ = try await Command("rm", [project.directory.path("late.tests.yaml")]).run() }
        let result = try await project.sluice("test", "late.yaml")
        #expect(result.exitCode == exitCode, "\(result.transcript)")
        #expect((result.output + result.errors).contains("--> \(place)"), "\(result.transcript)")
        #expect((result.output + result.errors).replacing("\n", with: " ").contains(advice), "\(result.transcript)")
    }

    @Test("a table without an input is refused, a run that fails is shown with its error")
    func failures() async throws {
        try project.directory.write(
            "totals.yaml",
            """
            name: totals
            source: {table: shop.orders}
            steps: [{derive: {x: 1 / n}}]
            sink: {files: out}
            tests:
              - name: no input
                expect: {rows: []}
              - name: bad record
                inputs: {shop.orders: [{n: 1}, {n: 0}]}
                expect: {rows: []}
              - name: the error that is expected
                inputs: {shop.orders: [{n: 0}]}
                expect: {error: {code: division-by-zero, message: "in 1 / n"}}
            """)
        let result = try await project.sluice("test", "totals.yaml")
        #expect(result.exitCode == 1 && result.output.contains("1 passed, 2 failed"), "\(result.transcript)")
        #expect(result.output.contains("the test gives no input for the table \"shop.orders\""), "\(result.transcript)")
        #expect(result.output.contains("error[division-by-zero]"), "\(result.transcript)")
        try project.directory.write(
            "other.yaml",
            """
            name: other
            source: {table: shop.orders}
            sink: {files: out}
            tests:
              - name: no error comes
                inputs: {shop.orders: [{n: 0}]}
                expect: {error: division-by-zero}
            """)
        let other = try await project.sluice("test", "other.yaml", "--json").json()
        #expect(other["tests"]?[0]?["problems"]?[0]?["expected"]?.text == "division-by-zero", "\(other)")
    }

    @Test("the definitions that come with Sluice pass their tests")
    func shipped() async throws {
        let result = try await project.sluice("test", Repository.path("pipelines"))
        #expect(result.exitCode == 0, "\(result.transcript)")
    }
}
