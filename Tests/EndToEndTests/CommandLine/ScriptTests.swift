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
        "the JSON Schema of connectors accepts the declarations that come along, and refuses others",
        .enabled(if: JSONSchema.python != nil, "no python3 has the packages jsonschema and yaml"))
    func connectorSchema() async throws {
        let schema = try await JSONSchema("connector")
        let project = try Project()
        for name in ["zendesk", "stripe", "slack", "salesforce", "servicenow", "marketo"] {
            let shown = try await project.sluice("connectors", "show", name, "--declaration")
            #expect(shown.exitCode == 0, "\(shown.transcript)")
            #expect(try await schema.problem(with: shown.output) == nil, "\(name)")
            // Whoever begins with it has a connector that is read as the one that comes along.
            try project.directory.write("own.yaml", shown.output)
            let own = try await project.sluice("connectors", "show", "own.yaml")
            #expect(own.exitCode == 0 && own.output.contains(name), "\(own.transcript)")
        }
        #expect(try await schema.problem(with: "{connector: a, summary: b, url: c, entties: {}}") != nil)
        let unknown = try await project.sluice("connectors", "show", "files", "--declaration")
        #expect(unknown.exitCode != 0 && unknown.errors.contains("zendesk"), "\(unknown.transcript)")
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
