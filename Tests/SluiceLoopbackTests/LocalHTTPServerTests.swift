import SluiceLoopback
import Testing

@Suite("server on the loopback address")
struct LocalHTTPServerTests {
    @Test("a port that is taken is refused, a free one is found") func ports() throws {
        let first = try LocalHTTPServer { _, _ in .status(200, "") }
        #expect(first.port > 0)
        #expect(throws: (any Error).self) { _ = try LocalHTTPServer(port: first.port) { _, _ in .status(200, "") } }
    }
}
