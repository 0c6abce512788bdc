import Dispatch
import Glibc
import SluiceAWS
import SluiceCore
import Testing

@testable import SluiceServer

/// Clients that want to keep the port busy, or to make it believe something. Nothing here measures time: whoever waits is ended by the port.
@Suite("hostile clients")
struct HostileClientTests {
    private func serving(
        _ service: EchoService = EchoService(), change: (inout PortOptions) -> Void = { _ in }, clock: WallClock = .system,
        _ body: (Int) async throws -> Void
    ) async throws {
        var options = PortOptions(port: 0)
        options.patience.watchSeconds = 1
        options.patience.idleSeconds = 2
        options.patience.silenceSeconds = 2
        change(&options)
        let server = try await PortServer.start(options, services: [service], clock: clock)
        do {
            try await body(server.port)
        } catch {
            await server.drain(within: .zero)
            throw error
        }
        await server.drain(within: .seconds(60))
    }

    private static let request = "GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    @Test(
        "a client that says its request byte by byte without an end is cut off",
        arguments: [
            "", "G", "GET /echo HTTP/1.1\r\nHost: x\r\n", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n",
        ])
    func slow(_ start: String) async throws {
        try await serving(EchoService(intake: .streamed)) { port in
            // Each byte is that of a header's name, a body, or a chunk's length, none of which ends; a few a second at most.
            let trickle = await SlowClient.trickle(
                port, Array(start.utf8), with: UInt8(ascii: "1"), everyMillis: start.hasSuffix("\r\n\r\n") ? 200 : 50)
            #expect(trickle.wasEnded, "\(start.debugDescription)")
            #expect(!trickle.answer.contains(" 200 "), "\(trickle.answer)")
            #expect(await RawClient.exchange(port, Self.request).hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test(
        "a client that says half a request and waits is cut off",
        arguments: ["", "GET ", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"])
    func half(_ start: String) async throws {
        try await serving { port in
            #expect(await !RawClient.exchange(port, start).contains(" 200 "))
            #expect(await RawClient.exchange(port, Self.request).hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("5,000 requests in one breath are answered in their order")
    func flood() async throws {
        try await serving { port in
            let many = (0..<5_000).map { "POST /echo/\($0) HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na" }.joined()
            let answer = await RawClient.exchange(port, many + Self.request)
            var place = answer.startIndex
            for number in 0..<5_000 {
                guard let found = answer[place...].firstRange(of: "POST /echo/\(number) ") else {
                    Issue.record("no answer to request \(number)")
                    return
                }
                place = found.upperBound
            }
            #expect(answer[place...].contains("GET /echo 000000000000"))
        }
    }

    @Test("2,000 connections that say nothing keep nobody else from being answered")
    func idle() async throws {
        guard OpenFiles.raise() >= 4_400 else {
            print("skipped: this process may not have 4,400 files open")
            return
        }
        try await serving(change: { $0.patience = PortPatience() }) { port in
            let sockets = await SlowClient.open(2_000, port)
            defer { for socket in sockets { close(socket) } }
            #expect(sockets.count == 2_000)
            for _ in 0..<20 { #expect(await RawClient.exchange(port, Self.request).hasPrefix("HTTP/1.1 200")) }
            let metrics = await RawClient.exchange(port, "GET /_sluice/metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let open = metrics.firstRange(of: "\nsluice_port_connections ").flatMap { Int(metrics[$0.upperBound...].prefix { $0 != "\n" }) }
            let count = try #require(open)
            #expect(count > 2_000)
        }
    }

    @Test("what is no HTTP/2 behind its preface, and a head without an end, close the connection")
    func brokenHTTP2() async throws {
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
        // HEADERS without END_HEADERS, and CONTINUATION again and again.
        let open: [UInt8] = [0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]
        let more: [UInt8] = [0, 0, 1, 9, 0, 0, 0, 0, 1, 0x84]
        // A table of headers that is 2 GiB long when it is believed.
        let bomb: [UInt8] = [0, 0, 6, 1, 5, 0, 0, 0, 1, 0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
        let cases: [[UInt8]] = [
            preface + Array("no frame at all, but long enough for several of them".utf8),
            preface + settings + open + Array(repeatElement(more, count: 10_000).joined()), preface + settings + bomb,
            preface + settings + [0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1],
        ]
        try await serving { port in
            for pieces in cases {
                let answer = await RawClient.exchange(port, [pieces])
                #expect(!answer.contains("000000000000"), "\(answer)")
            }
            #expect(await RawClient.exchange(port, Self.request).hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("signatures that were guessed, are of another time, or of another request")
    func signatures() async throws {
        let now: Int64 = 1_767_225_600_000_000
        func signed(_ secret: String, at micros: Int64, path: String = "/echo/a") -> String {
            let signer = RequestSigner(
                AWSCredentials(accessKeyID: "KEY", secretAccessKey: secret), region: "us-east-1", service: "echo")
            let request = signer.signed(
                SignableRequest("POST", path: path, headers: [.init("Host", "x"), .init("Connection", "close")], payload: .bytes([])),
                nowMicros: micros)
            let fields = request.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
            return "POST /echo/a HTTP/1.1\r\n\(fields)Content-Length: 0\r\n\r\n"
        }
        try await serving(change: { $0.keys = ["KEY": "secret"] }, clock: WallClock { now }) { port in
            #expect(await RawClient.exchange(port, signed("secret", at: now)).hasPrefix("HTTP/1.1 200"))
            for (request, refusal) in [
                (signed("guessed", at: now), "wrongSignature"), (signed("secret", at: now, path: "/echo/b"), "wrongSignature"),
                (signed("secret", at: now - 901_000_000), "skewedClock"), (signed("secret", at: now + 901_000_000), "skewedClock"),
                (Self.request, "unsigned"),
            ] {
                #expect(await RawClient.exchange(port, request).contains("\(refusal):"), "\(refusal)")
            }
        }
    }
}

/// Clients that take their time, on threads of their own.
private enum SlowClient {
    /// Sends bytes one after another until the server closes the connection.
    ///
    /// - Returns: Whether it did within 20,000 bytes, and what it said.
    static func trickle(_ port: Int, _ start: [UInt8], with byte: UInt8, everyMillis: UInt32) async -> (wasEnded: Bool, answer: String) {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                guard let socket = connected(port) else { return continuation.resume(returning: (false, "no connection")) }
                defer { close(socket) }
                _ = start.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                var answer: [UInt8] = []
                for _ in 0..<20_000 {
                    var part = [UInt8](repeating: 0, count: 4_096)
                    let count = recv(socket, &part, part.count, Int32(MSG_DONTWAIT))
                    if count > 0 { answer += part[..<count] }
                    let isOver = count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)
                    if isOver || withUnsafeBytes(of: byte, { send(socket, $0.baseAddress, 1, Int32(MSG_NOSIGNAL)) }) < 0 {
                        return continuation.resume(returning: (true, String(decoding: answer, as: UTF8.self)))
                    }
                    usleep(everyMillis * 1_000)
                }
                continuation.resume(returning: (false, String(decoding: answer, as: UTF8.self)))
            }
        }
    }

    /// Connections that nothing is said over.
    static func open(_ count: Int, _ port: Int) async -> [Int32] {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: (0..<count).compactMap { _ in connected(port) }) }
        }
    }

    private static func connected(_ port: Int) -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let failure = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        if failure == 0 { return socket }
        close(socket)
        return nil
    }
}
