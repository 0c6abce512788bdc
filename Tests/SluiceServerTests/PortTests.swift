import SluiceCore
import SluiceServer
import Testing

/// Requests as bytes, good and bad.
@Suite("the port")
struct PortTests {
    private func serving(
        _ service: EchoService = EchoService(), clock: WallClock = .system, change: (inout PortOptions) -> Void = { _ in },
        _ body: (Int) async throws -> Void
    ) async throws {
        var options = PortOptions(port: 0)
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

    private func get(_ path: String, _ headers: String = "", method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(headers)\r\n"
    }

    @Test("answers have a request id, and requests that follow at once are answered in order")
    func pipelining() async throws {
        try await serving { port in
            let many = (0..<20).map { "POST /echo/\($0) HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" }.joined() + get("/echo/last")
            let answer = await RawClient.exchange(port, many)
            let places = (0..<20).compactMap { answer.firstRange(of: "POST /echo/\($0) 000000000000 us-east-1 3")?.lowerBound }
            #expect(places.count == 20 && places == places.sorted(), "\(answer)")
            #expect(answer.contains("GET /echo/last 000000000000 us-east-1 0"))
            #expect(answer.lowercased().components(of: "x-amzn-requestid: ") == 21)
        }
    }

    @Test("a body in pieces and chunks, a stream, a part of a file, and HEAD")
    func bodies() async throws {
        try await serving { port in
            let head = "POST /echo/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            let pieces = [head, "3\r\nab", "c\r\n", "2\r\nde\r\n", "0\r\n", "\r\n"].map { Array($0.utf8) }
            #expect(await RawClient.exchange(port, pieces).hasSuffix("us-east-1 5"))
            let stream = await RawClient.exchange(port, get("/echo/stream"))
            #expect(stream.contains("three") && stream.lowercased().contains("transfer-encoding: chunked") && stream.hasSuffix("0\r\n\r\n"))
            let file = await RawClient.exchange(port, get("/echo/file"))
            #expect(file.lowercased().contains("content-length: 4\r\n") && file.hasSuffix("\r\n\r\n// s"), "\(file)")
            let bare = await RawClient.exchange(port, get("/echo/x", method: "HEAD"))
            #expect(bare.lowercased().contains("content-length: 37\r\n") && bare.hasSuffix("\r\n\r\n"), "\(bare)")
        }
    }

    @Test("what is too large or no HTTP is refused, and the port goes on")
    func hostile() async throws {
        try await serving { port in
            let long = String(repeating: "x", count: 100_000)
            let field = String(repeating: "x", count: 20_000)
            let answer = await RawClient.exchange(port, get("/echo", "A: \(field)\r\n"))
            #expect(answer.hasPrefix("HTTP/1.1 431 ") && answer.contains("16 KiB"), "\(answer)")
            let fields = (0..<40).map { "H\($0): \(field.prefix(2_000))\r\n" }.joined()
            #expect(await RawClient.exchange(port, get("/echo", fields)).hasPrefix("HTTP/1.1 431 "))
            #expect(await RawClient.exchange(port, get("/echo/" + long)).hasPrefix("HTTP/1.1 4"))
            let many = (0..<1_000).map { "H\($0): x\r\n" }.joined()
            #expect(await RawClient.exchange(port, get("/echo", many)).hasPrefix("HTTP/1.1 431 "))
            #expect(await RawClient.exchange(port, "no HTTP at all\r\n\r\n").hasPrefix("HTTP/1.1 400"))
            let double = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            #expect(await RawClient.exchange(port, double).hasPrefix("HTTP/1.1 400"))
            let announced = await RawClient.exchange(port, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
            #expect(announced.hasPrefix("HTTP/1.1 413") && announced.hasSuffix("TooLarge: too large"), "\(announced)")
            let body =
                "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5000\r\n\r\n" + String(repeating: "b", count: 5_000)
            #expect(await RawClient.exchange(port, body).hasPrefix("HTTP/1.1 413"))
            // A client that has said all still gets its answer.
            let whole = "GET /echo/closed HTTP/1.1\r\nHost: x\r\n\r\n"
            #expect(await RawClient.exchange(port, [Array(whole.utf8)], keepsOpen: false).hasPrefix("HTTP/1.1 200"))
            // A request that is cut gets no answer of a whole one.
            let cut = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"
            #expect(await !RawClient.exchange(port, [Array(cut.utf8)], keepsOpen: false).contains("200"))
            #expect(await RawClient.exchange(port, get("/echo")).hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("a client that waits for leave gets it when the body is wanted, and none where the answer is there already")
    func expectations() async throws {
        for intake in [BodyIntake.streamed, .whole(upTo: 1_000)] { try await expectations(intake) }
    }

    private func expectations(_ intake: BodyIntake) async throws {
        try await serving(EchoService(intake: intake)) { port in
            let head = "Host: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
            let wanted = await RawClient.exchange(port, [Array("PUT /echo/a HTTP/1.1\r\n\(head)".utf8), Array("abc".utf8)])
            #expect(wanted.contains("us-east-1 3"), "\(wanted)")
            // One that has nothing to send waits for leave as well.
            let first = "PUT /echo/b HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n"
            let empty = await RawClient.exchange(port, [Array(first.utf8), Array("PUT /echo/c HTTP/1.1\r\n\(head)abc".utf8)])
            let continuing = "HTTP/1.1 100 Continue\r\n\r\n"
            #expect(
                empty.hasPrefix(continuing + "HTTP/1.1 200 OK\r\n") && empty.contains("PUT /echo/b 000000000000 us-east-1 0"), "\(empty)")
            #expect(empty.hasSuffix("PUT /echo/c 000000000000 us-east-1 3"), "\(empty)")
            guard intake == .streamed else { return }
            let early = await RawClient.exchange(port, [Array("PUT /echo/early HTTP/1.1\r\n\(head)".utf8)])
            #expect(early.hasPrefix("HTTP/1.1 200") && early.hasSuffix("early"), "\(early)")
        }
    }

    @Test("a request names its host, once")
    func hosts() async throws {
        try await serving { port in
            let end = "Connection: close\r\n\r\n"
            for head in [" HTTP/1.1\r\n", " HTTP/1.1\r\nHost: a\r\nHost: b\r\n", " HTTP/1.0\r\nHost: a\r\nHost: a\r\n"] {
                let answer = await RawClient.exchange(port, "GET /echo" + head + end)
                #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.hasSuffix("A request names its host, once.\n"), "\(answer)")
            }
            #expect(await RawClient.exchange(port, "GET /echo HTTP/1.0\r\n" + end).contains("us-east-1 0"))
            // What follows a request that is right is looked at as well, and nothing behind one that is not.
            let good = "GET /echo/a HTTP/1.1\r\nHost: x\r\n\r\n"
            let bad = "POST /echo/b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
            let both = await RawClient.exchange(port, good + bad + good)
            #expect(both.contains("GET /echo/a 000000000000 us-east-1 0HTTP/1.1 400 ") && both.hasSuffix("its host, once.\n"), "\(both)")
        }
    }

    @Test("answers say when they were made, also those that no service gives")
    func dates() async throws {
        try await serving(clock: WallClock { 784_111_777_900_000 }) { port in
            for request in [
                get("/echo"), get("/echo/stream"), get("/_sluice/health"), get("/nothing"), "no HTTP\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
            ] {
                let answer = await RawClient.exchange(port, request)
                #expect(answer.contains("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), "\(answer)")
            }
        }
    }

    @Test("health, readiness, metrics, and what is not there")
    func pages() async throws {
        try await serving { port in
            #expect(await RawClient.exchange(port, get("/_sluice/health")).contains(#""services":["echo"]"#))
            #expect(await RawClient.exchange(port, get("/_sluice/ready")).hasPrefix("HTTP/1.1 200"))
            #expect(await RawClient.exchange(port, get("/echo/failure")).hasSuffix("InternalFailure: a fault of the server"))
            let metrics = await RawClient.exchange(port, get("/_sluice/metrics"))
            #expect(metrics.contains(#"sluice_port_requests_total{service="echo",operation="Echo",status="500"} 1"#), "\(metrics)")
            #expect(await RawClient.exchange(port, get("/nothing")).hasPrefix("HTTP/1.1 404"))
            #expect(await RawClient.exchange(port, get("/_sluice/reset", method: "POST")).hasPrefix("HTTP/1.1 403"))
        }
    }

    @Test(
        "a time that is no number of whole seconds is refused, and the answer says so",
        arguments: ["1.5", "1e3", "", "0", "-1", "315360001"])
    func clock(_ seconds: String) async throws {
        try await serving(change: { $0.allowsReset = true }) { port in
            let refused = await RawClient.exchange(port, get("/_sluice/clock?advance=\(seconds)", method: "POST"))
            #expect(refused.hasPrefix("HTTP/1.1 400") && refused.contains("whole seconds"), "\(refused)")
            #expect(await RawClient.exchange(port, get("/_sluice/clock?advance=60", method: "POST")).hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("calls fail where a test asks for it, as the service calls its own faults; pages of the port do not")
    func faults() async throws {
        try await serving(change: { $0.faults = FaultInjection(failedCalls: 1) }) { port in
            let answer = await RawClient.exchange(port, get("/echo"))
            #expect(answer.hasPrefix("HTTP/1.1 500") && answer.hasSuffix("InternalFailure: The failure was asked for."), "\(answer)")
            #expect(await RawClient.exchange(port, get("/_sluice/health")).hasPrefix("HTTP/1.1 200"))
        }
        try await serving(change: { $0.faults = FaultInjection(refusedRecords: 1) }) { port in
            #expect(await RawClient.exchange(port, get("/echo")).hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("pages of other machines are refused, those of this one may read")
    func origins() async throws {
        try await serving(change: { $0.origins = ["https://good.example"] }) { port in
            let refused = await RawClient.exchange(port, get("/echo", "Origin: https://evil.example\r\n"))
            #expect(refused.hasPrefix("HTTP/1.1 403") && refused.hasSuffix("Foreign: a page of elsewhere"), "\(refused)")
            let page = await RawClient.exchange(port, get("/_sluice/health", "Origin: https://evil.example\r\n"))
            #expect(page.hasPrefix("HTTP/1.1 403") && page.contains(#""__type":"ForbiddenOrigin""#), "\(page)")
            for origin in ["http://localhost:3000", "https://good.example", "http://app.localhost"] {
                let answer = await RawClient.exchange(port, get("/echo", "Origin: \(origin)\r\n"))
                #expect(
                    answer.hasPrefix("HTTP/1.1 200") && answer.lowercased().contains("access-control-allow-origin: \(origin)"), "\(answer)")
            }
            #expect(await RawClient.exchange(port, get("/echo", "Origin: http://localhost.evil.example\r\n")).hasPrefix("HTTP/1.1 403"))
            let preflight = await RawClient.exchange(
                port, get("/echo", "Origin: http://localhost\r\nAccess-Control-Request-Method: PUT\r\n", method: "OPTIONS"))
            #expect(preflight.hasPrefix("HTTP/1.1 204") && preflight.lowercased().contains("access-control-allow-methods"))
        }
    }

    @Test("the account comes from the key, the region from the scope")
    func callers() async throws {
        try await serving { port in
            for (key, account) in [
                ("111122223333", "111122223333"), ("test", "000000000000"), ("AKIAIOSFODNN7EXAMPLE", "000000000000"),
                ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
            ] {
                let header =
                    "Authorization: AWS4-HMAC-SHA256 Credential=\(key)/20260101/eu-central-1/echo/aws4_request, SignedHeaders=host, Signature=0\r\n"
                #expect(await RawClient.exchange(port, get("/echo", header)).contains("\(account) eu-central-1"), "\(key)")
            }
            let crooked = "Authorization: AWS4-HMAC-SHA256 Credential=k/20260101/../echo/aws4_request, SignedHeaders=host, Signature=0\r\n"
            #expect(await RawClient.exchange(port, get("/echo", crooked)).contains("000000000000 us-east-1"))
        }
    }
}

extension String {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
