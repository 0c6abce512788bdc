/// Sends one request and brings its answer.
package protocol HTTPTransport: Sendable {
    /// The whole answer.
    ///
    /// - Throws: Why no whole answer came within the call's time and size.
    func send(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPAnswer
    /// An answer whose body is read as it comes, for as long and as much as that is; the call's time is for its head.
    func open(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPStream
}

/// A request that is ready to go.
package struct HTTPCall: Sendable {
    package var endpoint: AWSEndpoint
    package var request: SignableRequest
    /// From the first byte to the last of the answer.
    package var timeout: Duration
    /// A longer body of an answer is refused.
    package var answerBytes: Int
    /// What is sent where the request's signature does not hold for it; the request's payload otherwise.
    package var body: [UInt8]?

    package init(endpoint: AWSEndpoint, request: SignableRequest, timeout: Duration, answerBytes: Int, body: [UInt8]? = nil) {
        self.endpoint = endpoint
        self.request = request
        self.timeout = timeout
        self.answerBytes = answerBytes
        self.body = body
    }
}

extension HTTPCall {
    /// Nil for a call without a body.
    var sentBody: [UInt8]? {
        if let body { return body }
        if case .bytes(let bytes) = request.payload, !bytes.isEmpty || request.method != "GET" && request.method != "HEAD" { return bytes }
        return nil
    }
}

/// An answer of any status.
package struct HTTPAnswer: Sendable {
    package var status: Int
    /// By lower-case name; the first of each.
    package var headers: [String: String]
    package var body: [UInt8]

    package init(status: Int, headers: [String: String], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The head of an answer, and the body that follows it.
package struct HTTPStream: Sendable {
    package var status: Int
    /// By lower-case name; the first of each.
    package var headers: [String: String]
    package var body: any HTTPBody

    package init(status: Int, headers: [String: String], body: any HTTPBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// What is left of the body, up to a limit; more of it is left unread.
    func rest(limit: Int) async throws(HTTPFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit, let part = try await body.next() { bytes += part.prefix(limit - bytes.count) }
        return bytes
    }
}

/// The body of an answer, part by part. One task uses it; the connection is given up with the last reference.
package protocol HTTPBody: Sendable {
    /// Suspends until there are bytes; nil at the end.
    func next() async throws(HTTPFailure) -> [UInt8]?
}

/// Why there is no answer.
package enum HTTPFailure: Error, Hashable, Sendable {
    /// No connection, or it was cut; with the reason.
    case unreachable(String)
    case timedOut
    case answerTooLong(limit: Int)
    case cancelled
}
