import SluiceTestKit
import Testing

@Suite("sluice test: several sinks")
struct TestOutputsTests {
    private let project: Project

    init() throws { project = try Project() }

    private func write(tests: String) throws {
        try project.directory.write(
            "orders.yaml",
            """
            name: orders
            source: {files: "in/*.csv", columns: {id: int64, kind: string, amount: int64}}
            routes:
              large:
                when: amount > 200
                steps: [{derive: {tax: amount * 2}}]
                sink: {table: shop.large}
              named:
                when: kind = 'k'
                steps: [{join: {with: {files: names.csv}, on: [id], kind: left}}]
                sink: {files: named, format: json}
            otherwise: {sink: {table: shop.rest}}
            on_error: dead_letter
            """)
        try project.directory.write("names.csv", "id,name\n1,Anna\n")
        try project.directory.write("orders.tests.yaml", tests)
    }

    private static let good = """
        - name: each way
          inputs:
            source: |
              id,kind,amount
              1,k,300
              2,k,100
              3,x,5
              4,x,y
            names.csv: [{id: 2, name: Bo}]
          expect:
            outputs:
              large: [{id: 1, kind: k, amount: 300, tax: 600}]
              named: |
                id,kind,amount,name
                2,k,100,Bo
              otherwise: {columns: [id], rows: [{id: 3}]}
            dead_letters: [{code: value-does-not-fit, column: amount}]

        """

    @Test("each route has its expected rows, by name; inputs of a route's steps are known; dead letters count")
    func passing() async throws {
        try write(tests: Self.good)
        let result = try await project.sluice("test", "orders.yaml")
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(TemporaryDirectory.files(below: project.home).isEmpty)
        try write(tests: Self.good.replacing("names.csv:", with: "\"routes.named.steps[0].join.with\":"))
        let placed = try await project.sluice("test", "orders.yaml")
        #expect(placed.exitCode == 0, "\(placed.transcript)")
    }

    private static let bad = """
        - name: each way
          inputs: &orders
            source: [{id: 1, kind: k, amount: 300}, {id: 2, kind: k, amount: 100}, {id: 3, kind: x, amount: 5}]
          expect:
            outputs:
              # stays
              large: [{id: 1, kind: k, amount: 300, tax: 599}]
              named:
                columns: [id, name] # stays, too
                rows: |
                  id,name
                  2,Anna
              otherwise:
                rows: [{id: 3, kind: x, amount: 5}]
            dead_letters: 0
        - name: some
          inputs: *orders
          expect:
            outputs: {}
        - name: nothing
          inputs: *orders

        """

    @Test("what differs says of which output it is, for people and programs")
    func failing() async throws {
        try write(tests: Self.bad.replacing("outputs: {}", with: "outputs: {large: []}"))
        let result = try await project.sluice("test", "orders.yaml")
        #expect(result.exitCode == 1 && result.output.hasSuffix("0 passed, 3 failed\n"), "\(result.transcript)")
        #expect(result.output.contains("output large:\n      1 missing (-), 1 unexpected (+), 0 as expected\n"), "\(result.transcript)")
        #expect(result.output.contains("output named:\n"), "\(result.transcript)")
        #expect(!result.output.contains("output otherwise:"), "\(result.transcript)")
        let json = try (try await project.sluice("test", "orders.yaml", "--only", "each", "--json")).json()
        let problems = json["tests"]?[0]?["problems"]?.items ?? []
        #expect(problems.map { $0["output"]?.text } == ["large", "named"], "\(json)")
        #expect(problems.first?["rows"]?["unexpected"]?[0]?["tax"]?.text == "600", "\(json)")
    }

    @Test("--update writes what reached each output, and leaves what was right and the rest of the file")
    func update() async throws {
        try write(tests: Self.bad.replacing("    outputs: {}\n", with: "    outputs:\n      large: []\n"))
        let result = try await project.sluice("test", "orders.yaml", "--update")
        #expect(result.exitCode == 0 && result.output.hasSuffix("0 passed, 0 failed, 3 written anew\n"), "\(result.transcript)")
        let expected = """
            - name: each way
              inputs: &orders
                source: [{id: 1, kind: k, amount: 300}, {id: 2, kind: k, amount: 100}, {id: 3, kind: x, amount: 5}]
              expect:
                outputs:
                  # stays
                  large:
                    - {id: 1, kind: k, amount: 300, tax: 600}
                  named:
                    columns: [id, name] # stays, too
                    rows: |
                      id,name
                      2,
                  otherwise:
                    rows: [{id: 3, kind: x, amount: 5}]
                dead_letters: 0
            - name: some
              inputs: *orders
              expect:
                outputs:
                  large:
                    - {id: 1, kind: k, amount: 300, tax: 600}
            - name: nothing
              inputs: *orders
              expect:
                outputs:
                  large: |
                    id,kind,amount,tax
                    1,k,300,600
                  named: |
                    id,kind,amount,name
                    2,k,100,
                  otherwise: |
                    id,kind,amount
                    3,x,5

            """
        let text = try project.directory.text("orders.tests.yaml")
        #expect(text == expected, "\(text)")
        let again = try await project.sluice("test", "orders.yaml")
        #expect(again.exitCode == 0, "\(again.transcript)")
    }

    @Test("late rows reach a side output beside the sink, piece by piece")
    func sideOutput() async throws {
        try project.directory.write(
            "views.yaml",
            """
            name: views
            source: {stream: clicks, columns: {at: timestamp, page: string}}
            steps:
              - window: {time: at, size: 1 minute, by: [page], columns: {views: count(*)}, late: {output: too-late}}
            sink: {files: out, format: csv, mode: append}
            side_outputs:
              too-late: {sink: {files: late, format: csv, mode: append}}
            incremental: true
            tests:
              - name: a late one
                run: epochs
                inputs:
                  clicks:
                    - [{at: "2024-03-01T10:00:10", page: a}, {at: "2024-03-01T10:02:00", page: a}]
                    - [{at: "2024-03-01T10:00:20", page: b}, {at: "2024-03-01T10:03:05", page: a}]
                expect:
                  columns: [page, views]
                  rows: [{page: a, views: 1}, {page: a, views: 1}]
                  outputs:
                    too-late: [{at: "2024-03-01T10:00:20", page: b}]
            """)
        let result = try await project.sluice("test", "views.yaml")
        #expect(result.exitCode == 0, "\(result.transcript)")
    }

    @Test("an output that is not there, and rows of no output, are errors with their place")
    func mistakes() async throws {
        try write(tests: "- name: x\n  inputs: {source: []}\n  expect: {outputs: {lage: []}}\n")
        let unknown = try await project.sluice("test", "orders.yaml")
        #expect(unknown.exitCode == 1 && unknown.output.contains("did you mean \"large\"?"), "\(unknown.transcript)")
        #expect(unknown.output.contains("orders.tests.yaml:3:22"), "\(unknown.transcript)")
        try write(tests: "- name: x\n  inputs: {source: []}\n  expect: {rows: []}\n")
        let rows = try await project.sluice("test", "orders.yaml")
        #expect(rows.exitCode == 1 && rows.output.contains("large, named, otherwise"), "\(rows.transcript)")
    }
}
