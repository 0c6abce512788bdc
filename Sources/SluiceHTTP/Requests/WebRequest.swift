import SluiceCore

/// A request to a service, without its credentials: an `Authenticator` adds those for one attempt.
package struct WebRequest: Sendable {
    package var method: String
    package var address: WebAddress
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8]?
    /// Whether it may be sent again although nobody knows whether it was carried out: reading, and writing under an idempotency key.
    package var isRepeatable: Bool
    /// As errors name it: `zendesk tickets`.
    package var label: String
    /// Bytes of the answer's body.
    package var answerBytes = HTTPLimits.answerBytes

    package init(_ method: String = "GET", _ address: WebAddress, label: String, isRepeatable: Bool? = nil) {
        self.method = method
        self.address = address
        self.label = label
        self.isRepeatable = isRepeatable ?? ["GET", "HEAD", "PUT", "DELETE"].contains(method)
    }

    package mutating func setHeader(_ name: String, _ value: String) {
        headers.removeAll { $0.name.lowercased() == name.lowercased() }
        headers.append((name, value))
    }

    /// Method and path. Parameters are left out, since keys may be among them.
    package var shown: String { "\(method) \(address.origin)\(address.path)" }
}

/// An answer of any status, with its whole body.
package struct WebAnswer: Sendable {
    package var status: Int
    /// By lower-case name; the values of one name joined by commas.
    package var headers: [String: String]
    package var body: [UInt8]

    package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The answer without a byte order mark before its text.
    package var withoutMark: WebAnswer {
        guard body.starts(with: [0xEF, 0xBB, 0xBF]) else { return self }
        var answer = self
        answer.body.removeFirst(3)
        return answer
    }

    /// What the service calls the request, for its support.
    package var requestID: String? {
        for name in ["x-request-id", "request-id", "x-zendesk-request-id", "x-slack-req-id", "sforce-request-id"] {
            if let id = headers[name], !id.isEmpty { return String(id.prefix(100)) }
        }
        return nil
    }

    /// The pause that the service asks for: seconds, or a time, which is compared with the service's own clock where it tells that.
    ///
    /// - Parameter nowMicros: This machine's clock, for an answer without `Date`.
    package func retryAfter(nowMicros: Int64) -> Duration? {
        guard let text = headers["retry-after"] else { return nil }
        // Digits alone (RFC 9110, section 10.2.3); some services send a fraction.
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }), let seconds = Double(text), seconds < 1e9 {
            return .milliseconds(Int64((seconds * 1_000).rounded(.up)))
        }
        guard let until = HTTPDate.micros(text) else { return nil }
        let now = headers["date"].flatMap(HTTPDate.micros) ?? nowMicros
        return .microseconds(max(0, until - now))
    }
}
