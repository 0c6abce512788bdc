import SluiceTestKit
import Testing

/// What `sluice init` gives somebody who has never seen a pipeline.
@Suite("the starter project")
struct StarterProjectTests {
    @Test("its test fails as it comes, and passes after the one repair that its README asks for")
    func repair() async throws {
        let project = try Project()
        let made = try await project.sluice("init", "first")
        #expect(made.exitCode == 0, "\(made.transcript)")
        let broken = try await runTest(project)
        #expect(broken.exitCode == 1, "\(broken.transcript)")
        #expect(broken.output.contains("2024-05-10,1,4.20"))

        let definition = try project.directory.text("first/pipelines/daily-revenue.yaml")
        #expect(definition.contains("quantity + unit_price"))
        try project.directory.write(
            "first/pipelines/daily-revenue.yaml", definition.replacing("quantity + unit_price", with: "quantity * unit_price"))
        let repaired = try await runTest(project)
        #expect(repaired.exitCode == 0, "\(repaired.transcript)")
    }

    @Test("a directory that has files is not touched")
    func occupied() async throws {
        let project = try Project()
        try project.directory.write("first/README.md", "mine")
        let result = try await project.sluice("init", "first")
        #expect(result.exitCode == 2, "\(result.transcript)")
        #expect(project.directory.files(below: "first") == ["README.md"])
        #expect(try project.directory.text("first/README.md") == "mine")
    }

    @Test("doctor answers where nothing has run yet, and creates nothing")
    func doctor() async throws {
        let project = try Project()
        let result = try await project.sluice("doctor")
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(project.directory.files().isEmpty, "\(project.directory.files())")
    }

    private func runTest(_ project: Project) async throws -> CommandResult {
        var command = Command("./test.sh", environment: ["SLUICE": try BuiltProgram.sluice()], directory: project.directory.path("first"))
        command.needs = [project.directory]
        return try await command.run()
    }
}
