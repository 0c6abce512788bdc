import SluiceTestKit
import Testing

/// The AWS CLI, as it comes from PyPI, against the port.
@Suite("sluice up and the AWS CLI") struct CommandLineClientTests {
    static let python: String? = {
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
        let (server, port) = try await project.serve()
        defer { server.signal(9) }
        try project.directory.write("work/here", "")
        let script = Repository.path("Tests/EndToEndTests/Server/Scripts/aws_cli.sh")
        let result = try await Command("bash", [script, "http://127.0.0.1:\(port)", project.directory.path("work"), python]).run(
            timeout: .seconds(600))
        #expect(result.exitCode == 0 && result.output.hasSuffix("ok\n"), "\(result.transcript)")
    }
}
