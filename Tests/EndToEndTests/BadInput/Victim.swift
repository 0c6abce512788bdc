import SluiceTestKit
import Testing

/// A project whose pipeline ran once: its table is what a failing second run must not touch.
struct Victim {
    let project: Project
    private let before: FileSnapshot

    static let goodRows = "id,amount,text\n1,10,one\n2,20,two\n3,30,three\n"

    init(project: Project? = nil, steps: String = "  - filter: id IS NOT NULL", sourceOptions: String = "", more: String = "") async throws
    {
        self.project = try project ?? Project()
        try self.project.directory.write("in/input.csv", Self.goodRows)
        try self.project.pipeline(sourceOptions: sourceOptions, steps: steps, more: more)
        let result = try await self.project.sluice("run", "pipeline.yaml", "--quiet")
        try #require(result.exitCode == 0, "\(result.transcript)")
        before = try FileSnapshot(of: self.project.tablePath("shop", "orders"))
        try #require(!before.isEmpty)
    }

    /// The second run of the pipeline, to be spoiled by what the test changed meanwhile.
    func run() throws -> Command { try project.command(["run", "pipeline.yaml", "--quiet"]) }

    /// Runs, and checks the failure and that nothing of the earlier output changed.
    func expect(_ failure: Failure, of command: Command? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await project.expect(failure, of: command ?? run(), sourceLocation: sourceLocation)
        try checkUntouched(sourceLocation: sourceLocation)
    }

    /// The table's files are the same with the same bytes, and nothing staged is left.
    func checkUntouched(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let after = try FileSnapshot(of: project.tablePath("shop", "orders"))
        #expect(after == before, "before:\n\(before)\nafter:\n\(after)", sourceLocation: sourceLocation)
        #expect(project.stagedFiles.isEmpty, "\(project.stagedFiles)", sourceLocation: sourceLocation)
    }
}
