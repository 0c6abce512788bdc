import SluiceTestKit
import Testing

/// `sluice dlq`: what runs kept aside, as a person or a program looks at it.
@Suite("dead letters on the command line")
struct DeadLetterCommandTests {
    private let project: Project

    init() async throws {
        project = try Project()
        try project.pipeline(
            sourceOptions: "  columns: {id: int64, amount: int64}\n", steps: "  - filter: id > 0", more: "on_error: dead_letter")
        try project.directory.write("in/a.csv", "id,amount\n1,2\nx,3\n4,y\n\u{FFFD}5,6\n")
        let result = try await project.sluice("run", "pipeline.yaml", "--quiet")
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    @Test("list counts them by run; show gives place, reason and bytes; drop removes them")
    func life() async throws {
        let list = try await project.json("dlq", "list")
        #expect(list["files"]?.items.count == 1)
        #expect(list["files"]?[0]?["letters"]?.integer == 3)
        let shown = try await project.sluice("dlq", "show", "orders")
        #expect(shown.output.contains("in/a.csv:3") && shown.output.contains("value-does-not-fit") && shown.output.contains("x,3"))
        let coded = try await project.json("dlq", "show", "orders", "--code", "no-such-code")
        #expect(coded["count"]?.integer == 0)
        let first = try await project.json("dlq", "show", "orders", "--limit", "1")
        #expect(first["count"]?.integer == 3 && first["dead_letters"]?.items.count == 1)
        #expect(first["dead_letters"]?[0]?["raw"]?.text == "x,3")
        let dry = try await project.json("dlq", "drop", "orders", "--dry-run")
        #expect(dry["letters"]?.integer == 3)
        #expect(try await project.json("dlq", "list")["files"]?.items.count == 1)
        #expect(try await project.json("dlq", "drop", "orders", "--yes")["letters"]?.integer == 3)
        #expect(try await project.sluice("dlq", "list").output == "No dead letters.\n")
    }

    @Test("a run in epochs, each of which has a file of letters, names the command that shows all of them; others name their file")
    func places() async throws {
        #expect(try await project.sluice("runs", "show", "last").output.contains("/dead-letters/orders/"))
        let text = try project.directory.text("pipeline.yaml").replacing("name: orders", with: "name: pieces").replacing(
            "format: csv\non_error", with: "format: csv\n  mode: append\nincremental: true\non_error")
        try project.directory.write("pieces.yaml", text)
        let run = try await project.sluice("run", "pieces.yaml")
        #expect(run.exitCode == 0 && run.output.contains("all of them: sluice dlq show pieces "), "\(run.transcript)")
        #expect(try await project.sluice("runs", "show", "last").output.contains("sluice dlq show pieces "), "\(run.transcript)")
    }

    @Test("rows that a step is told to leave out are counted as such, and neither dead letters nor a failure under --strict")
    func leftOut() async throws {
        let step = "  - assert: {large: {that: amount > 2, on_fail: drop}}"
        try project.pipeline(sourceOptions: "  columns: {id: int64, amount: int64}\n", steps: step, more: "on_error: dead_letter")
        try project.directory.write("in/a.csv", "id,amount\n1,2\n2,3\n3,1\n")
        let run = try await project.sluice("run", "pipeline.yaml", "--strict")
        #expect(run.exitCode == 0 && run.output.contains("3 read, 1 written, 0 dead letters, 2 left out"), "\(run.transcript)")
        #expect(!run.output.contains("the first") && !run.output.contains("sluice dlq"), "\(run.transcript)")
        try project.directory.write("in/a.csv", "id,amount\n1,2\n2,3\nx,1\n")
        let mixed = try await project.json("run", "pipeline.yaml")
        #expect(mixed["dead_letters"]?.integer == 1 && mixed["left_out"]?.integer == 1, "\(mixed)")
        #expect(mixed["dead_letter_examples"]?.items.count == 1)
    }

    @Test("what is not there is said, with what is", arguments: [["show", "order"], ["drop", "order"], ["show", "orders", "ZZZ"]])
    func absent(_ arguments: [String]) async throws {
        let result = try await project.command(["dlq"] + arguments).run()
        #expect(result.exitCode == 2)
        #expect(result.errors.contains("not-found") && result.errors.contains("orders"), "\(result.transcript)")
    }

    @Test("a line that is no dead letter is named with its place")
    func damaged() async throws {
        let file = try #require(try await project.json("dlq", "list")["files"]?[0]?["path"]?.text)
        let cut = try await Command.shell("echo '{\"code\":' >> '\(file)'", directory: project.directory.root).run()
        #expect(cut.exitCode == 0)
        let result = try await project.sluice("dlq", "show", "orders")
        #expect(result.exitCode == 1)
        #expect(result.errors.contains("corrupt-file") && result.errors.contains(":4"), "\(result.transcript)")
    }
}
