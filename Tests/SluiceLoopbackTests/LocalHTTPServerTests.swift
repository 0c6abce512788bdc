import SluiceLoopback
import Testing

@Suite("server on the loopback address")
struct LocalHTTPServerTests {
    @Test("a port that is taken is refused, a free one is found") func ports() throws {
        let first = try LocalHTTPServer { _, _ in .status(200, "") }
        #expect(first.port > 0)
        #expect(throws: PortTaken(port: first.port)) { _ = try LocalHTTPServer(port: first.port) { _, _ in .status(200, "") } }
    }

    @Test("who sends a body that is too long to its end reads why it is refused") func drained() async throws {
        let server = try LocalHTTPServer(port: 0, bodyBytes: 5, keepsRequests: false) { _, _ in .status(200, "") }
        let answer = try await LongBody.answer(port: server.port)
        #expect(answer.hasPrefix("HTTP/1.1 413") && answer.hasSuffix("the body has more than 5 bytes\n"), "\(answer)")
    }

    @Test("a port whose connections have just ended is taken again") func again() async throws {
        var first: LocalHTTPServer? = try LocalHTTPServer(port: 0, bodyBytes: 5, keepsRequests: false) { _, _ in .status(200, "") }
        let port = try #require(first?.port)
        // The server closes first, so that its end of the connection waits.
        _ = try await LongBody.answer(port: port)
        first = nil
        for attempt in 1... {
            do {
                _ = try LocalHTTPServer(port: port) { _, _ in .status(200, "") }
                break
            } catch  where attempt < 100 {
                // The listening socket closes on a thread of its own.
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
