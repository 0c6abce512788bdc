import SluiceTestKit
import Testing

/// Logins in a browser, which a test plays.
@Suite("logins on the command line")
struct LoginCommandTests {
    @Test("a login is kept as a refresh token that nothing shows, works, and is changed by its use") func login() async throws {
        let project = try Project()
        let mock = try project.command(["mock", "up", "salesforce", "--rows", "20", "--strict"]).start()
        defer { mock.signal(15) }
        let address = try await line(of: mock) { $0.hasSuffix("/salesforce") }
        let adding = try project.command([
            "connections", "add", "crm", "salesforce", "--url", address, "--set", "client_id=app", "--login",
        ]).start()
        let page = try await line(of: adding, isError: true) { $0.contains("code_challenge=") }
        let browser = try await Command("curl", ["-sL", page]).run()
        #expect(browser.output.contains("You are logged in"), "\(browser.transcript)")
        let added = try await adding.wait()
        #expect(added.exitCode == 0, "\(added.transcript)")
        #expect(!added.transcript.contains("mock-refresh"))
        for _ in 0..<2 {
            let tested = try await project.sluice("connections", "test", "crm")
            #expect(tested.exitCode == 0 && !tested.transcript.contains("mock-"), "\(tested.transcript)")
        }
        try project.directory.write(
            "crm.yaml",
            """
            name: crm
            source: {salesforce: accounts, connection: crm, bulk: always}
            sink: {files: out, format: csv}
            """)
        let run = try await project.sluice("run", "crm.yaml")
        #expect(run.exitCode == 0 && !run.transcript.contains("mock-"), "\(run.transcript)")
        // Neither the state, its records of runs included, nor the output has a token in the clear.
        for secret in ["mock-refresh", "mock-access"] {
            let found = try await Command("grep", ["-rl", secret, project.directory.path("home"), project.directory.path("out")]).run()
            #expect(found.exitCode == 1, "\(found.transcript)")
        }
    }

    private func line(of command: RunningCommand, isError: Bool = false, _ fits: (Substring) -> Bool) async throws -> String {
        while true {
            let text = isError ? command.errorsSoFar : command.outputSoFar
            // The last line may not be whole yet.
            let whole = text.lastIndex(of: "\n").map { text[..<$0] } ?? ""
            if let found = whole.split(separator: "\n").first(where: fits) { return String(found) }
            try #require(command.isRunning)
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
