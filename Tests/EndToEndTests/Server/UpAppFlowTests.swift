import Glibc
import SluiceTestKit
import Testing

/// `sluice up` as clients of AppFlow find it, with mocks of services behind it.
@Suite("sluice up with flows of clients") struct UpAppFlowTests {
    @Test("boto3 drives all operations; a restart and commands see the same flows", .enabled(if: KinesisServerTests.boto3 != nil))
    func flows() async throws {
        let python = try #require(KinesisServerTests.boto3)
        let project = try Project()
        let (mock, services) = try await project.mocks("salesforce", "zendesk", "stripe", rows: 300)
        defer { mock.signal(SIGKILL) }
        let script = Repository.path("Tests/EndToEndTests/Server/Scripts/appflow.py")
        var used: Set<Substring> = []
        for phase in ["first", "again"] {
            let (server, port) = try await project.serve("--access-log")
            let client = try await Command(python, [script, "http://127.0.0.1:\(port)", services, phase]).run(timeout: .seconds(600))
            #expect(client.output.hasPrefix(phase), "\(client.transcript)")
            used.formUnion(client.output.split { $0 == " " || $0 == "\n" }.dropFirst())
            if phase == "first" { try await commands(project) }
            server.signal(SIGTERM)
            let ended = try await server.wait()
            #expect(ended.exitCode == 0 && !ended.transcript.contains("mock-access-token"), "\(ended.transcript)")
        }
        #expect(used.count == 25, "\(used.sorted())")
    }

    /// The flows as people see them while the server runs.
    private func commands(_ project: Project) async throws {
        let listed = try await project.json("flow", "list")
        #expect(listed["flows"]?.items.compactMap { $0["flow"]?.text } == ["accounts", "people", "tickets"], "\(listed)")
        #expect(listed["flows"]?[2]?["trigger"]?.text == "rate(1minutes)")
        let history = try await project.json("flow", "history", "accounts")
        #expect(history["runs"]?.items.count == 1 && history["runs"]?[0]?["state"]?.text == "succeeded", "\(history)")
        let shown = try await project.sluice("flow", "show", "accounts")
        #expect(shown.exitCode == 0 && shown.output.contains("s3://lake/crm/accounts"), "\(shown.transcript)")
        let counted = try await project.sluice("query", "SELECT count(*) > 100 AS n FROM sales.sf_accounts", "--format", "csv")
        #expect(counted.output == "n\n1\n" || counted.output == "n\ntrue\n", "\(counted.transcript)")
        let state = try await Command("grep", ["-rc", "mock-access-token", project.directory.path(".sluice")]).run()
        #expect(!state.output.split(separator: "\n").contains { !$0.hasSuffix(":0") }, "\(state.transcript)")
        let run = try await project.sluice("flow", "run", "accounts")
        #expect(run.exitCode != 0, "\(run.transcript)")
    }

    @Test("the AWS CLI makes, runs and describes a flow", .enabled(if: CommandLineClientTests.python != nil))
    func commandLine() async throws {
        let python = try #require(CommandLineClientTests.python)
        let project = try Project()
        let (server, port) = try await project.serve()
        defer { server.signal(SIGKILL) }
        let script = Repository.path("Tests/EndToEndTests/Server/Scripts/appflow_cli.sh")
        let result = try await Command("bash", [script, "http://127.0.0.1:\(port)", python]).run(timeout: .seconds(600))
        #expect(result.exitCode == 0 && result.output.hasSuffix("ok\n"), "\(result.transcript)")
    }
}
