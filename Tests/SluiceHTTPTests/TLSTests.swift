import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceHTTP

/// Servers that cannot prove who they are.
@Suite("TLS", .enabled(if: SecureServer.isThere))
struct TLSTests {
    private static let script = """
        import http.server, ssl, sys
        server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    @Test("a certificate that nobody signed is refused with a clear error, at once, and nothing is sent") func untrusted() async throws {
        let directory = try TemporaryDirectory()
        let made = try await Command(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=elsewhere.example", "-keyout",
                directory.path("key"),
                "-out", directory.path("certificate"),
            ]
        ).run()
        try #require(made.exitCode == 0, "\(made.transcript)")
        let server = try Command("python3", ["-c", Self.script, directory.path("certificate"), directory.path("key")]).start()
        while server.isRunning, !server.outputSoFar.hasSuffix("\n") { try await Task.sleep(for: .milliseconds(10)) }
        let port = try #require(Int(server.outputSoFar.dropLast()))
        let client = WebClient(
            PooledTransport(), limiter: Limiter(), authenticator: FixedCredentials.bearer(SecretText("t0ken")),
            pacing: Pacing(PatientClock()))
        do {
            _ = try await client.send(WebRequest("GET", try WebAddress(parsing: "https://127.0.0.1:\(port)/"), label: "x"))
            Issue.record("it was trusted")
        } catch {
            #expect(error.code == .untrustedService, "\(error)")
            #expect(error.message.contains("certificate"), "\(error)")
        }
        #expect(!server.errorsSoFar.contains("GET"))
    }

    @Test("a server that speaks no TLS is no trusted one") func noTLS() async throws {
        let server = try LocalHTTPServer { _, _ in .status(200, "{}") }
        let client = WebClient(
            PooledTransport(), limiter: Limiter(), authenticator: FixedCredentials.none, pacing: Pacing(PatientClock()))
        do {
            _ = try await client.send(WebRequest("GET", try WebAddress(parsing: "https://127.0.0.1:\(server.port)/"), label: "x"))
            Issue.record("it was trusted")
        } catch {
            #expect([.untrustedService, .serviceUnreachable].contains(error.code), "\(error)")
        }
    }
}

/// What a server over TLS is made of.
private enum SecureServer {
    static let isThere: Bool = {
        let isThere = InstalledProgram.isThere("openssl") && InstalledProgram.isThere("python3")
        if !isThere { print("skipped: openssl and python3 are needed to serve over TLS") }
        return isThere
    }()
}
