import SluiceCore
import SluiceHTTP
import SluiceLog
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("webhooks as a source")
struct WebhookSourceTests {
    private static let columns = "columns: {id: string, n: int64}"

    private func source(_ bench: Workbench, _ more: String = "") async throws -> WebhookSource {
        try #require(
            try await bench.source("webhook: hooks\nsignature: none\nid: id\n\(Self.columns)\n\(more)") as? WebhookSource)
    }

    private func send(_ address: String, _ body: String, method: String = "POST", headers: [String: String] = [:]) async throws -> WebAnswer
    {
        var request = WebRequest(method, try WebAddress(parsing: address), label: "test")
        for (name, value) in headers { request.setHeader(name, value) }
        if method == "POST" { request.body = Array(body.utf8) }
        return try await PooledTransport().send(request, timeout: .seconds(120))
    }

    /// Begins to listen, as a run that follows does.
    private func listen(_ source: WebhookSource, _ positions: SourcePositions = [:]) async throws -> String {
        _ = try await source.slice(after: positions, SliceRequest(limitBytes: 1 << 20, leavesUnfinished: true))
        return try #require(source.address)
    }

    private func rows(_ source: WebhookSource, _ positions: inout SourcePositions) async throws -> [String] {
        guard let slice = try await source.slice(after: positions, SliceRequest(limitBytes: 1 << 20, leavesUnfinished: true)) else {
            return []
        }
        let read = try await slice.source.readAll()
        positions.merge(slice.reached()) { $1 }
        return read["id"].map(\.description)
    }

    @Test("what is answered with 200 is read once, whatever is sent again, also by the next process") func once() async throws {
        let bench = try Workbench()
        var positions: SourcePositions = [:]
        do {
            let source = try await source(bench)
            let address = try await listen(source)
            for id in ["a", "b", "a", "c", "b"] { #expect(try await send(address, #"{"id": "\#(id)", "n": 1}"#).status == 200) }
            #expect(try await rows(source, &positions) == ["a", "b", "c"])
            #expect(try await rows(source, &positions) == [])
        }
        let source = try await source(bench)
        let address = try await listen(source, positions)
        #expect(try await send(address, #"{"id": "a"}"#).status == 200)
        #expect(try await send(address, #"{"id": "d"}"#).status == 200)
        #expect(try await rows(source, &positions) == ["d"])
        #expect(try await source.readAll()["id"].map(\.description) == ["a", "b", "c", "d"])
    }

    @Test("many senders at once: each id is there once") func many() async throws {
        let bench = try Workbench()
        let source = try await source(bench)
        let address = try await listen(source)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<8 {
                group.addTask {
                    for number in 0..<25 {
                        let body = #"{"id": "e\#((number + sender * 3) % 25)"}"#
                        while try await send(address, body).status == 503 { await Task.yield() }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await source.readAll()["id"].map(\.description).sorted() == (0..<25).map { "e\($0)" }.sorted())
    }

    @Test("other paths and methods, no body, too large a body") func refusals() async throws {
        let bench = try Workbench()
        let source = try await source(bench, "path: /in")
        let address = try await listen(source)
        #expect(address.hasSuffix("/in"))
        #expect(try await send(address + "/x", "{}").status == 404)
        #expect(try await send(address + "?x=1", #"{"id": "a"}"#).status == 200)
        let asked = try await send(address, "", method: "GET")
        #expect(asked.status == 405 && asked.headers["allow"] == "POST")
        #expect(try await send(address, "").status == 400)
        let long = #"{"id": "\#(String(repeating: "x", count: WebhookLimits.bodyBytes))"}"#
        // The answer comes, or the connection is cut while the client still sends.
        if let answer = try? await send(address, long) { #expect(answer.status == 413) }
        let read = try await source.readAll()
        #expect(read["id"] == [.string("a")])
        #expect(read.rejects.isEmpty)
    }

    @Test(
        "bodies that are no JSON object are refused before they are stored; what does not fit its column is a bad record",
        arguments: ["no JSON", #"{"id": "a""#, #"[{"id": "a"}]"#, "3", "null", #"{"id": "\ud800"}"#, String(repeating: "[", count: 5_000)])
    func malformed(_ body: String) async throws {
        let source = try await source(try Workbench())
        let address = try await listen(source)
        let answer = try await send(address, body)
        #expect(answer.status == 400)
        #expect(String(decoding: answer.body, as: UTF8.self).hasPrefix("the body is no JSON object: "), "\(answer)")
        #expect(try await send(address, #"{"id": "b", "n": "many"}"#).status == 200)
        let read = try await source.readAll()
        #expect(read["id"].isEmpty && read.rejects.count == 1)
    }

    @Test("signatures are checked, Slack's question is answered, and nothing of it is stored") func signatures() async throws {
        let bench = try Workbench()
        _ = try SecretStore(bench.catalog).set("slack-signing", to: WebhookSignatureTests.secret)
        let source = try #require(
            try await bench.source("webhook: hooks\nsignature: slack\nsecret: slack-signing\n\(Self.columns)\ntolerance: 1 day")
                as? WebhookSource)
        let address = try await listen(source)
        let wrong = try await send(address, WebhookSignatureTests.body, headers: ["X-Slack-Signature": "v0=00"])
        #expect(wrong.status == 401)
        let stale = try await send(
            address, WebhookSignatureTests.body,
            headers: ["X-Slack-Signature": "v0=\(WebhookSignatureTests.slackCode)", "X-Slack-Request-Timestamp": "1700000000"])
        #expect(stale.status == 401)
        #expect(String(decoding: stale.body, as: UTF8.self).contains("too far"))
        #expect(try await source.readAll().rows.isEmpty)
    }

    @Test("a challenge is told again") func challenge() async throws {
        let bench = try Workbench()
        let store = bench.context.streams
        try store.create("hooks", shards: 1)
        // 2023-11-14T22:13:20Z.
        let settings = WebhookListener.Settings(
            port: 0, path: "/", signature: WebhookSignature(.slack, secrets: [WebhookSignatureTests.secret]), id: .body(["event_id"]),
            clock: WallClock { WebhookSignatureTests.seconds * 1_000_000 })
        let listener = try WebhookListener(settings, into: try store.open("hooks", for: .writing), knowing: SeenWebhooks())
        let body = #"{"type":"url_verification","challenge":"3eZbrw1a"}"#
        let code = "ba6dd7f64804abe9be48d05adb11cfd1502f3fdb9a973643e3720aca758812dd"
        let answer = try await send(
            listener.address, body, headers: ["X-Slack-Signature": "v0=\(code)", "X-Slack-Request-Timestamp": "1700000000"])
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == "3eZbrw1a")
        listener.close()
    }

    @Test("a sender is told to come later while the pipeline is behind") func behind() async throws {
        let bench = try Workbench()
        let source = try await source(bench, "max_waiting: 2")
        let address = try await listen(source)
        var positions: SourcePositions = [:]
        for id in ["a", "b"] { #expect(try await send(address, #"{"id": "\#(id)"}"#).status == 200) }
        let later = try await send(address, #"{"id": "c"}"#)
        #expect(later.status == 503 && later.headers["retry-after"] == "5")
        #expect(try await rows(source, &positions) == ["a", "b"])
        // The listener hears how far reading is with the next slice.
        #expect(try await rows(source, &positions) == [])
        #expect(try await send(address, #"{"id": "c"}"#).status == 200)
        #expect(try await rows(source, &positions) == ["c"])
    }

    @Test("a port that is taken, a secret that is not there, and options that do not go together are refused") func options() async throws {
        let bench = try Workbench()
        let first = try await source(bench)
        let port = try await listen(first).split(separator: ":").last!.dropLast()
        let second = try #require(
            try await bench.source("webhook: others\nsignature: none\nport: \(port)\n\(Self.columns)") as? WebhookSource)
        do {
            _ = try await listen(second)
            Issue.record("listens")
        } catch let error as SluiceError {
            #expect(error.code == .addressInUse, "\(error)")
        }
        for options in [
            "signature: stripe", "signature: stripe\nsecret: nothing", "signature: none\nsecret: nothing", "signature: hmac\nsecret: x",
            "signature: none\nheader: X", "signature: none\npath: hooks",
        ] {
            await #expect(throws: SluiceError.self) { _ = try await bench.source("webhook: hooks\n\(options)\n\(Self.columns)") }
        }
    }
}
