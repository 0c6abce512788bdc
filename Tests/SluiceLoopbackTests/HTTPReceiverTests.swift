import Glibc
import SluiceLoopback
import Testing

@Suite("requests from others")
struct HTTPReceiverTests {
    private func receiver(bodyBytes: Int = 100, connections: Int = 4, seconds: Int64 = 600) throws -> HTTPReceiver {
        try HTTPReceiver(port: 0, limits: .init(bodyBytes: bodyBytes, connections: connections, requestSeconds: seconds)) { request in
            .init(200, "\(request.method) \(request.target) \(request.body.count) \(request.headers["x-a"] ?? "")\n", headers: ["X-B": "b"])
        }
    }

    /// What comes back for some bytes, up to the end of the connection.
    private func exchange(_ receiver: HTTPReceiver, _ text: String) async throws -> String {
        let socket = try connected(receiver)
        defer { close(socket) }
        send(socket, text)
        return try await rest(socket)
    }

    private func connected(_ receiver: HTTPReceiver) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(receiver.port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(result == 0)
        return socket
    }

    private func send(_ socket: Int32, _ text: String) { _ = Glibc.send(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL)) }

    /// What comes, up to so many bytes or the end of the connection. No thread waits, as those of the pool have to answer.
    private func rest(_ socket: Int32, limit: Int = .max) async throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count < limit {
            let count = recv(socket, &buffer, min(buffer.count, limit - bytes.count), Int32(MSG_DONTWAIT))
            if count > 0 {
                bytes += buffer[..<count]
            } else if count < 0, errno == EAGAIN || errno == EINTR {
                try await Task.sleep(for: .milliseconds(5))
            } else {
                break
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("requests of one connection are answered in their order") func several() async throws {
        let receiver = try receiver()
        let answer = try await exchange(
            receiver,
            "POST /a?b HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 3\r\n\r\nabc"
                + "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(answer.contains("POST /a?b 3 1,2\n"))
        #expect(answer.contains("X-B: b"))
        #expect(answer.hasSuffix("GET /c 0 \n"))
    }

    @Test("a body that is too long is refused, whether its length is said or not") func long() async throws {
        let receiver = try receiver(bodyBytes: 5)
        #expect(try await exchange(receiver, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n").hasPrefix("HTTP/1.1 413"))
        let chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n4\r\nabcd\r\n"
        #expect(try await exchange(receiver, chunked).hasPrefix("HTTP/1.1 413"))
    }

    @Test("who sends a body that is too long to its end reads why it is refused") func drained() async throws {
        let receiver = try receiver(bodyBytes: 5)
        let answer = try await LongBody.answer(port: receiver.port)
        #expect(answer.hasPrefix("HTTP/1.1 413") && answer.hasSuffix("the body has more than 5 bytes\n"), "\(answer)")
    }

    @Test("who waits for leave to send gets it") func expectation() async throws {
        let receiver = try receiver()
        defer { receiver.close() }
        let socket = try connected(receiver)
        defer { close(socket) }
        send(socket, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
        #expect(try await rest(socket, limit: 25) == "HTTP/1.1 100 Continue\r\n\r\n")
        send(socket, "ab")
        #expect(try await rest(socket).contains("POST / 2"))
    }

    @Test("no HTTP, a client that sends no more, and more clients than there may be: the connection ends") func hostile() async throws {
        #expect(try await exchange(try receiver(), "\u{0}\u{1}hello\r\n\r\n").hasPrefix("HTTP/1.1 400"))
        let receiver = try receiver(connections: 1, seconds: 1)
        defer { receiver.close() }
        let slow = try connected(receiver)
        defer { close(slow) }
        send(slow, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nab")
        let other = try connected(receiver)
        defer { close(other) }
        #expect(try await rest(other) == "")
        #expect(try await rest(slow) == "")
    }

    @Test("a receiver that drains answers the request that is under way, ends idle connections, and takes no more") func drains()
        async throws
    {
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        let (leave, leaving) = AsyncStream.makeStream(of: Void.self)
        let receiver = try HTTPReceiver(port: 0, limits: .init(bodyBytes: 100, connections: 4, requestSeconds: 600)) { _ in
            arrival.yield()
            for await _ in leave { break }
            return .init(200, "late\n")
        }
        let (idle, busy) = (try connected(receiver), try connected(receiver))
        defer { for socket in [idle, busy] { close(socket) } }
        send(busy, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for await _ in arrived { break }
        async let drained: Void = receiver.drain()
        #expect(try await rest(idle) == "")
        leaving.yield()
        #expect(try await rest(busy).hasSuffix("late\n"))
        await drained
    }

    @Test("connections are cut at the end") func end() async throws {
        let receiver = try receiver()
        let socket = try connected(receiver)
        defer { close(socket) }
        receiver.close()
        #expect(try await rest(socket) == "")
    }
}
