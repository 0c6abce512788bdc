/// Sends one request and brings the whole answer.
package protocol HTTPTransport: Sendable {
    /// - Throws: Why no whole answer came within the call's time and size.
    func send(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPAnswer
}

/// A request that is ready to go.
package struct HTTPCall: Sendable {
    package var endpoint: AWSEndpoint
    package var request: SignableRequest
    /// From the first byte to the last of the answer.
    package var timeout: Duration
    /// A longer body of an answer is refused.
    package var answerBytes: Int
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

/// Why there is no answer.
package enum HTTPFailure: Error, Hashable, Sendable {
    /// No connection, or it was cut; with the reason.
    case unreachable(String)
    case timedOut
    case answerTooLong(limit: Int)
    case cancelled
}
