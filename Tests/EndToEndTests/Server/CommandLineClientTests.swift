import SluiceTestKit
import Testing

/// The AWS CLI, as it comes from PyPI, against the port.
@Suite("sluice up and the AWS CLI") struct CommandLineClientTests {
    private static let python: String? = {
        guard let python = MotoServer.python, InstalledProgram.succeeds(python, ["-m", "awscli", "--version"]) else {
            print("skipped: no Python with the package awscli; set SLUICE_PYTHON to one")
            return nil
        }
        return python
    }()

    @Test("streams and buckets by its commands, waiters and pages; what is refused is told by its name", .enabled(if: python != nil))
    func commands() async throws {
        let python = try #require(Self.python)
        let project = try Project()
        let file = project.directory.path("port")
        let server = try project.command(["up", "--port", "0", "--no-schedule", "--port-file", file]).start()
        defer { server.signal(9) }
        var port: String?
        for _ in 0..<15_000 where port == nil && server.isRunning {
            if let text = try? TemporaryDirectory.contents(of: file), text.hasSuffix("\n") { port = String(text.dropLast()) }
            try await Task.sleep(for: .milliseconds(20))
        }
        let address = "http://127.0.0.1:\(try #require(port, "\(server.errorsSoFar)"))"
        try project.directory.write("work/here", "")
        let script = Repository.path("Tests/EndToEndTests/Server/Scripts/aws_cli.sh")
        let result = try await Command("bash", [script, address, project.directory.path("work"), python]).run(timeout: .seconds(600))
        #expect(result.exitCode == 0 && result.output.hasSuffix("ok\n"), "\(result.transcript)")
    }
}
