import SluiceTestKit
import Testing

/// Connections to databases, as commands keep them; whether a program reaches a server is tested with the trait PostgreSQL.
@Suite("connections to databases on the command line") struct ConnectionCommandTests {
    private let project: Project

    init() throws { project = try Project() }

    private func add(_ arguments: String..., input: String? = nil) async throws -> CommandResult {
        var command = try project.command(["connections", "add"] + arguments)
        if let input { command.input = .text(input) }
        return try await command.run()
    }

    @Test("a password is asked for, kept and never shown; settings are looked at before anything is kept") func kept() async throws {
        let added = try await add(
            "shop", "postgresql", "--set", "host=db.example.com", "--set", "database=shop", "--set", "sslmode=verify-full", "--secret",
            "password", input: "sup3r-s3cret\n")
        #expect(added.exitCode == 0, "\(added.transcript)")
        let listed = try await project.sluice("connections", "list")
        #expect(listed.output.contains("database=shop host=db.ex"), "\(listed.transcript)")
        let document = try await project.json("connections", "list")
        #expect(!"\(document) \(added.transcript) \(listed.transcript)".contains("s3cret"))
        for (arguments, words) in [
            (["--set", "host=db", "--set", "database=shop", "--set", "password=sup3r-s3cret"], "is a secret"),
            (["--set", "host=db"], "lacks the setting \"database\""),
            (["--set", "host=db", "--set", "database=shop", "--set", "sslmod=require"], "sslmode"),
            (["--set", "host=db", "--set", "database=shop", "--url", "https://db"], "--url"),
            (["--set", "host=db", "--set", "database=shop", "--login"], "no login"),
        ] {
            let refused = try await project.command(["connections", "add", "x", "postgresql"] + arguments).run()
            #expect(refused.exitCode == 2 && refused.errors.contains(words), "\(refused.transcript)")
            #expect(!refused.transcript.replacing("password=sup3r-s3cret", with: "").contains("s3cret"))
        }
        let known = try await project.json("connections", "list")
        #expect(known["connections"]?.items.count == 1)
        let shown = try await project.sluice("connectors", "show", "redshift")
        for text in ["staging", "iam_role (optional)", "password (secret, optional)"] {
            #expect(shown.output.contains(text), "\(shown.output)")
        }
    }

    @Test("a program without the trait says at a test what it lacks") func tested() async throws {
        _ = try await add("dw", "redshift", "--set", "host=127.0.0.1", "--set", "port=1", "--set", "database=dev")
        let tested = try await project.sluice("connections", "test", "dw")
        #expect(tested.exitCode == 2 && tested.errors.contains("--traits PostgreSQL"), "\(tested.transcript)")
    }
}
