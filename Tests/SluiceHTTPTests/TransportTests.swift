import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceHTTP

@Suite("requests over sockets")
struct TransportTests {
    private func send(_ answer: LocalHTTPServer.Answer, limit: Int = 10_000, timeout: Duration = .seconds(20)) async throws -> WebAnswer {
        let server = try LocalHTTPServer { _, _ in answer }
        var request = WebRequest("GET", try WebAddress(parsing: server.address + "/x"), label: "x")
        request.answerBytes = limit
        return try await PooledTransport().send(request, timeout: timeout)
    }

    @Test("an answer comes whole") func whole() async throws {
        let answer = try await send(.status(418, "teapot", headers: ["X-Request-Id": "7"]))
        #expect(answer.status == 418)
        #expect(String(decoding: answer.body, as: UTF8.self) == "teapot")
        #expect(answer.requestID == "7")
    }

    @Test("a body that is cut, a connection that is cut, and one that nobody answers are failures") func broken() async throws {
        await #expect(throws: WebFailure.self) { _ = try await send(.cutBody(promised: 100, "{\"a\":")) }
        await #expect(throws: WebFailure.self) { _ = try await send(.cut) }
        await #expect(throws: WebFailure.timedOut) { _ = try await send(.silence, timeout: .milliseconds(50)) }
        await #expect(throws: WebFailure.timedOut) { _ = try await send(.drip, timeout: .milliseconds(50)) }
    }

    @Test("why there is no connection is said in words") func reasons() async throws {
        func failure(_ address: String) async throws -> WebFailure? {
            let request = WebRequest("GET", try WebAddress(parsing: address), label: "x")
            do throws(WebFailure) {
                _ = try await PooledTransport().send(request, timeout: .seconds(20))
                return nil
            } catch {
                return error
            }
        }
        // A port that a server has just left may be another test's by now.
        #expect(try await failure("http://127.0.0.1:1/") == .unreachable("connection refused: nothing listens there"))
        let nameless = try await failure("http://nothing.invalid/")
        #expect(nameless == .unreachable("no address is known for the host nothing.invalid"), "\(String(describing: nameless))")
    }

    @Test("no coding is asked for, unless the request says one") func codings() async throws {
        let server = try LocalHTTPServer { request, _ in .status(200, request.headers["accept-encoding"] ?? "") }
        for coding in [nil, "gzip"] {
            var request = WebRequest("GET", try WebAddress(parsing: server.address + "/x"), label: "x")
            if let coding { request.setHeader("Accept-Encoding", coding) }
            let answer = try await PooledTransport().send(request, timeout: .seconds(20))
            #expect(String(decoding: answer.body, as: UTF8.self) == coding ?? "identity")
        }
    }

    @Test("a body beyond its bound is refused, whether its length is said or not") func bounds() async throws {
        await #expect(throws: WebFailure.answerTooLong(limit: 100)) { _ = try await send(.blanks(1_000_000), limit: 100) }
        await #expect(throws: WebFailure.answerTooLong(limit: 3)) { _ = try await send(.status(200, "four"), limit: 3) }
    }
}
