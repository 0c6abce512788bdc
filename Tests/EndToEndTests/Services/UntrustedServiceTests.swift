import SluiceTestKit
import Testing

/// Services that cannot prove who they are, by commands: a declared connector, and one that comes with the program.
@Suite(
    "services whose certificate does not match", .enabled(if: InstalledProgram.isThere("openssl") && InstalledProgram.isThere("python3")))
struct UntrustedServiceTests {
    private static let script = """
        import http.server, ssl, sys
        server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("certificate", "key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_port, flush=True)
        server.serve_forever()
        """
    private let project: Project

    init() throws { project = try Project() }

    /// A server over TLS whose certificate is another host's.
    ///
    /// - Parameter isSigned: By an authority, the file `authority`; nobody has signed it otherwise.
    private func serve(isSigned: Bool) async throws -> (RunningCommand, address: String) {
        let request = [
            "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=elsewhere.example", "-addext", "subjectAltName=DNS:elsewhere.example",
        ]
        if isSigned {
            try await openssl(
                ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=us", "-keyout", "own", "-out", "authority"])
            try await openssl(["req"] + request + ["-keyout", "key", "-out", "wish"])
            try await openssl([
                "x509", "-req", "-in", "wish", "-CA", "authority", "-CAkey", "own", "-CAcreateserial", "-days", "1", "-copy_extensions",
                "copy", "-out", "certificate",
            ])
        } else {
            try await openssl(["req", "-x509", "-days", "1"] + request + ["-keyout", "key", "-out", "certificate"])
        }
        let server = try Command("python3", ["-c", Self.script], directory: project.directory.root).start()
        while server.isRunning, !server.outputSoFar.hasSuffix("\n") { try await Task.sleep(for: .milliseconds(10)) }
        return (server, "https://127.0.0.1:\(server.outputSoFar.trimmed)")
    }

    private func openssl(_ arguments: [String]) async throws {
        let made = try await Command("openssl", arguments, directory: project.directory.root).run()
        try #require(made.exitCode == 0, "\(made.transcript)")
    }

    private func connect(_ connector: String, _ address: String, _ settings: [String]) async throws {
        var command = try project.command(["connections", "add", "c", connector, "--url", address] + settings)
        command.input = .text("sup3r-s3cret\n")
        let added = try await command.run()
        try #require(added.exitCode == 0, "\(added.transcript)")
    }

    @Test(
        "a certificate of another host is refused, although the machine trusts who signed it", .enabled(if: OwnAuthority.isPossible))
    func otherHost() async throws {
        let (server, address) = try await serve(isSigned: true)
        defer { server.signal(15) }
        try await connect("zendesk", address, ["--set", "email=etl@example.com", "--secret", "api_token"])
        let command = try project.command(["connections", "test", "c"])
        let result = try await OwnAuthority.trusting(project.directory.path("authority"), command).run()
        #expect(result.exitCode == 1 && result.errors.contains("its certificate is for another host"), "\(result.transcript)")
        #expect(!server.errorsSoFar.contains("GET"))
    }

    @Test("nothing is sent, and the run says why it ended", arguments: ["zendesk", "crm.yaml"]) func refused(_ connector: String)
        async throws
    {
        let (server, address) = try await serve(isSigned: false)
        defer { server.signal(15) }
        try project.directory.write(
            "crm.yaml",
            """
            connector: crm
            summary: Contacts.
            settings: {key: {description: Keys., secret: true}}
            url: https://crm.example.com
            auth: [{header: {name: X-Api-Key, value: "{key}"}}]
            check: /v2/contacts
            entities:
              contacts:
                description: A person.
                key: id
                fields: {id: int64}
                read: {path: /v2/contacts, records: data, page: {cursor: next, parameter: after}}
            """)
        let isOwn = connector == "crm.yaml"
        let settings = isOwn ? ["--secret", "key"] : ["--set", "email=etl@example.com", "--secret", "api_token"]
        try await connect(connector, address, settings)
        try project.directory.write(
            "pull.yaml",
            """
            name: pull
            source: {\(isOwn ? "http: crm.yaml, entity: contacts" : "zendesk: tickets"), connection: c}
            sink: {files: out, format: csv}
            """)
        for arguments in [["connections", "test", "c"], ["run", "pull.yaml"]] {
            let result = try await project.command(arguments).run()
            #expect(result.exitCode == 1, "\(result.transcript)")
            #expect(result.errors.contains("not trusted") && result.errors.contains("certificate"), "\(result.transcript)")
            #expect(!result.transcript.contains("s3cret"))
        }
        #expect(!server.errorsSoFar.contains("GET"))
    }
}

/// Commands that trust an authority of a test, in a namespace of their own.
private enum OwnAuthority {
    /// Where the program looks for authorities.
    private static let bundle = "/etc/ssl/certs/ca-certificates.crt"

    static let isPossible: Bool = {
        let isPossible = InstalledProgram.succeeds("unshare", ["-rm", "mount", "--bind", bundle, bundle])
        if !isPossible { print("skipped: a namespace of mounts is needed to trust an authority of a test") }
        return isPossible
    }()

    static func trusting(_ authority: String, _ command: Command) -> Command {
        var wrapped = command
        let script = "mount --bind \"$1\" \(bundle) && shift && exec \"$@\""
        wrapped.arguments = ["-rm", "sh", "-c", script, "sh", authority, command.executable] + command.arguments
        wrapped.executable = "unshare"
        return wrapped
    }
}
