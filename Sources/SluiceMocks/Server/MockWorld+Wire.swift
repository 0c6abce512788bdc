import SluiceCore
import SluiceJSON
import SluiceLoopback

extension MockWorld {
    /// The service's name and what is asked of it.
    static func parsed(_ received: LocalHTTPServer.Request) -> (name: String, request: MockRequest)? {
        let parts = received.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let steps = parts[0].split(separator: "/", maxSplits: 1)
        guard let name = steps.first else { return nil }
        var parameters = parts.count == 2 ? FormText.decode(String(parts[1])) : []
        if received.headers["content-type"]?.hasPrefix("application/x-www-form-urlencoded") == true {
            parameters += FormText.decode(received.text)
        }
        return (
            String(name),
            MockRequest(
                method: received.method, path: "/" + (steps.count == 2 ? PercentText.decode(steps[1], plusIsBlank: false) : ""),
                parameters: parameters,
                headers: received.headers, body: received.body, base: base(received, name))
        )
    }

    /// Where the client thinks that the service is: what a proxy says (`X-Forwarded-Host`), or this server and the service's name.
    private static func base(_ received: LocalHTTPServer.Request, _ name: Substring) -> String {
        if let host = received.headers["x-forwarded-host"] { return "https://\(host)" }
        return "http://\(received.headers["host"] ?? "127.0.0.1")/\(name)"
    }

    /// The answer as the faults let it through.
    static func spoiled(_ answer: MockAnswer, _ faults: Set<MockFault>) -> LocalHTTPServer.Answer {
        if faults.contains(.reset) { return .cut }
        if faults.contains(.drip) { return .drip }
        if faults.contains(.huge) { return .blanks(hugeBytes) }
        if faults.isDisjoint(with: [.cut, .truncated, .notJSON, .wrongShape]), let content = answer.content {
            return .content(answer.status, content, headers: answer.headers)
        }
        let whole = answer.content ?? Array(answer.body.utf8)
        let half = String(decoding: whole.prefix(whole.count / 2), as: UTF8.self)
        if faults.contains(.cut) { return .cutBody(promised: whole.count, half) }
        if faults.contains(.truncated) { return .status(answer.status, half, headers: answer.headers) }
        if faults.contains(.notJSON) { return .status(200, "<html>Down for maintenance</html>", headers: ["Content-Type": "text/html"]) }
        if faults.contains(.wrongShape) {
            return .status(200, "{\"ok\":true,\"unexpected\":[]}", headers: ["Content-Type": "application/json"])
        }
        return .status(answer.status, answer.body, headers: answer.headers)
    }
}

/// Times as JSON has them.
enum TimeOfRecord {
    /// Microseconds since 1970; nil for what is no time.
    static func micros(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBufferPointer { TimeText.timestamp($0) }?.utcMicros }

    /// `2024-01-01T00:00:00Z`.
    static func text(_ micros: Int64) -> String {
        var bytes: [UInt8] = []
        TimeText.append(micros: micros / 1_000_000 * 1_000_000, zoned: true, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
