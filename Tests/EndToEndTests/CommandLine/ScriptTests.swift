import SluiceTestKit
import Testing

/// What shells and editors are given.
@Suite("completions and schema")
struct ScriptTests {
    @Test("the completion scripts are valid", arguments: ["bash", "zsh", "fish"])
    func completions(_ shell: String) async throws {
        let project = try Project()
        let result = try await project.sluice("completions", shell)
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(result.output.contains("catalog"))
        guard InstalledProgram.isThere(shell) else { return }
        let file = try project.directory.write("completions", result.output)
        let check = try await Command(shell, ["-n", file]).run()
        #expect(check.exitCode == 0, "\(check.transcript)")
    }

    @Test(
        "the JSON Schema accepts every pipeline of the repository",
        .enabled(if: JSONSchema.python != nil, "no python3 has the packages jsonschema and yaml"))
    func schemaAccepts() async throws {
        let (schema, flows) = (try await JSONSchema(), try await JSONSchema("flow"))
        for pipeline in TemporaryDirectory.files(below: Repository.path("pipelines"))
        where pipeline.hasSuffix(".yaml") && !pipeline.hasSuffix(".tests.yaml") {
            let text = try TemporaryDirectory.contents(of: Repository.path("pipelines/" + pipeline))
            let isFlow = text.split(separator: "\n").contains { $0.hasPrefix("flow:") }
            let problem = try await (isFlow ? flows : schema).problem(with: text)
            #expect(problem == nil, "\(pipeline): \(problem ?? "")")
        }
    }

    @Test(
        "the JSON Schema refuses what the program refuses",
        .enabled(if: JSONSchema.python != nil, "no python3 has the packages jsonschema and yaml"),
        arguments: [
            "{name: a, source: {files: x}, sink: {files: y}, setps: []}",
            "{name: a, source: {files: x}}",
            "{name: a, source: {flies: x}, sink: {files: y}}",
            "{name: a, source: {files: x}, sink: {files: y}, steps: [{filtre: x > 1}]}",
            "{name: a, source: {files: x}, sink: {files: y}, steps: [{limit: -1}]}",
            "{name: a, source: {files: x}, sink: {files: y}, on_error: ignore}",
        ])
    func schemaRefuses(_ definition: String) async throws {
        #expect(try await JSONSchema().problem(with: definition) != nil)
    }
}
