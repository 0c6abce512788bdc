import Glibc
import SluiceTestKit
import Testing

/// Webhooks through a following run that is killed: what was answered is there once.
@Suite("webhooks on the command line")
struct WebhookRunTests {
    private let project: Project

    init() throws {
        project = try Project()
        try project.directory.write(
            "events.yaml",
            """
            name: events
            source: {webhook: hooks, signature: none, id: id, columns: {id: string, n: int64}}
            sink: {table: web.events, mode: append}
            """)
    }

    /// Starts to follow; where it listens.
    private func follow() async throws -> (RunningCommand, String) {
        let running = try project.command(["run", "events.yaml", "--follow", "--every", "20ms"]).start()
        let mark = "webhooks are taken at "
        while running.isRunning {
            // The last line may still be on its way.
            let lines = running.errorsSoFar.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = lines.last(where: { $0.contains(mark) }),
                let address = line.split(separator: " ").last
            {
                return (running, String(address))
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw CommandError("the run has ended: \(try await running.wait().transcript)")
    }

    private func send(_ numbers: Range<Int>, to address: String) async throws -> [String] {
        var codes: [String] = []
        for number in numbers {
            let body = #"{"id": "e\#(number)", "n": \#(number)}"#
            let sent = try await Command(
                "curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-m", "120", "-d", body, address]
            ).run()
            codes.append(sent.output)
        }
        return codes
    }

    private func count(_ what: String) async throws -> String {
        try await project.sluice("query", "SELECT \(what) FROM web.events", "--format", "csv").output
    }

    @Test("each is there once, through a kill and with all sent again") func killed() async throws {
        let (first, before) = try await follow()
        #expect(try await send(0..<12, to: before) == Array(repeating: "200", count: 12))
        first.signal(SIGKILL)
        _ = try await first.wait()
        let (second, after) = try await follow()
        #expect(try await send(6..<20, to: after) == Array(repeating: "200", count: 14))
        var seen = ""
        while second.isRunning, !seen.contains("20") {
            seen = try await count("count(DISTINCT id)")
            try await Task.sleep(for: .milliseconds(50))
        }
        second.signal(SIGINT)
        let ended = try await second.wait()
        #expect(ended.exitCode == 0, "\(ended.transcript)")
        #expect(try await count("count(*)").contains("20"))
    }
}
