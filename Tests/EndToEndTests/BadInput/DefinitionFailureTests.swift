import SluiceTestKit
import Testing

/// Definitions that are wrong: exit code 2, the place in the definition, and nothing touched.
@Suite("bad definitions")
struct DefinitionFailureTests {
    @Test("a file that is not there")
    func missingFile() async throws {
        let victim = try await Victim()
        try victim.project.pipeline(source: "in/inptu.csv")
        try await victim.expect(
            Failure(
                code: "file-not-found", exitCode: 2, file: "pipeline.yaml", line: 3, column: 10, says: ["in/inptu.csv"],
                advises: ["in/input.csv"]))
    }

    @Test("a definition that is not there")
    func missingDefinition() async throws {
        let victim = try await Victim()
        let command = try victim.project.command(["run", "pipelines/orders.yaml"])
        try await victim.expect(
            Failure(code: "file-not-found", exitCode: 2, file: "pipelines/orders.yaml", says: ["pipelines/orders.yaml"]), of: command)
    }

    @Test("malformed YAML")
    func malformedYAML() async throws {
        let victim = try await Victim()
        try victim.project.pipeline(steps: "  - filter: id > 1\n   - select: [id]")
        try await victim.expect(
            Failure(code: "malformed-yaml", exitCode: 2, file: "pipeline.yaml", line: 7, says: [], advises: ["indentation"]))
    }

    @Test("an unknown key")
    func unknownKey() async throws {
        let victim = try await Victim()
        try victim.project.pipeline(more: "on_eror: skip")
        try await victim.expect(
            Failure(
                code: "unknown-key", exitCode: 2, file: "pipeline.yaml", line: 10, column: 1, says: ["\"on_eror\""],
                advises: ["\"on_error\""]))
    }

    @Test("an unknown step")
    func unknownStep() async throws {
        let victim = try await Victim()
        try victim.project.pipeline(steps: "  - filtre: id > 1")
        try await victim.expect(
            Failure(
                code: "unknown-step", exitCode: 2, file: "pipeline.yaml", line: 6, column: 5, says: ["\"filtre\""], advises: ["\"filter\""])
        )
    }

    @Test("an unknown column")
    func unknownColumn() async throws {
        let victim = try await Victim()
        try victim.project.pipeline(steps: "  - filter: amuont > 1 AND id > 0")
        try await victim.expect(
            Failure(
                code: "unknown-column", exitCode: 2, file: "pipeline.yaml", line: 6, column: 13, says: ["\"amuont\""],
                advises: ["\"amount\""]))
    }

    @Test("a type error in an expression")
    func typeError() async throws {
        let victim = try await Victim()
        try victim.project.pipeline(steps: "  - derive:\n      sum: id + upper(text)")
        try await victim.expect(Failure(code: "type-error", exitCode: 2, file: "pipeline.yaml", line: 7, says: ["string"]))
    }

    @Test("all mistakes of a definition come at once, in the order of its text")
    func several() async throws {
        let project = try Project()
        try project.directory.write("in/input.csv", Victim.goodRows)
        try project.pipeline(steps: "  - filtre: id > 1\n  - derive: {a: id +}\n  - sort: {}", more: "on_eror: skip")
        let result = try await project.command(["validate", "pipeline.yaml", "--json"]).run()
        #expect(result.exitCode == 2, "\(result.transcript)")
        let errors = try result.json()["errors"]?.items ?? []
        #expect(
            errors.compactMap { $0["code"]?.text } == ["unknown-step", "syntax-error", "missing-key", "unknown-key"], "\(result.transcript)"
        )
        #expect(errors.compactMap { $0["line"]?.integer } == [6, 7, 8, 12])
    }
}
