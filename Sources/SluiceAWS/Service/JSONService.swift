package import SluiceCore

/// Calls of one service that speaks AWS' JSON 1.1 protocol: signed, within a time and a size, and made again where that helps.
package final class JSONService: Sendable {
    /// What does not change from call to call.
    package struct Description: Sendable {
        /// As in signatures and host names: `kinesis`.
        package var name: String
        /// What stands before the operation in `X-Amz-Target`: `Kinesis_20131202`.
        package var target: String
        /// Codes of the service's own error types.
        package var codes: [String: SluiceError.Code]

        package init(name: String, target: String, codes: [String: SluiceError.Code]) {
            self.name = name
            self.target = target
            self.codes = codes
        }
    }

    private let description: Description
    private let region: String
    package let endpoint: AWSEndpoint
    private let transport: any HTTPTransport
    package let pacer: RetryPacer
    private let timeout: Duration
    private let answerBytes: Int
    private let signing: SigningState

    /// - Throws: `noCredentials`, `invalidOption`: what the settings lack.
    package init(
        _ description: Description, _ settings: AWSSettings, transport: any HTTPTransport = HTTPClientTransport(),
        pacer: RetryPacer = RetryPacer(), clock: WallClock = .system, timeout: Duration = .seconds(AWSLimits.callSeconds),
        answerBytes: Int = AWSLimits.answerBytes
    ) throws(SluiceError) {
        self.description = description
        region = try settings.region()
        endpoint = try settings.endpoint(of: description.name)
        self.transport = transport
        self.pacer = pacer
        self.timeout = timeout
        self.answerBytes = answerBytes
        signing = try SigningState(settings, clock: clock)
    }

    /// The service's time, which is exact to a second after the first answer; microseconds since 1970.
    package var serviceMicros: Int64 { signing.serviceMicros }

    /// Makes a call until it succeeds, fails for good, or was made as often as the policy allows.
    ///
    /// - Returns: The answer's object; an empty one where the body is empty.
    /// - Throws: What the service's error means.
    package func call(_ operation: String, _ body: JSONBody) async throws(SluiceError) -> JSONNode {
        let bytes = body.bytes
        return try await repeating(operation) { () async throws(ServiceFailure) in try await self.once(operation, bytes) }
    }

    /// Makes a call whose answer is a stream of events; it is made again like others until the answer has begun.
    package func events(_ operation: String, _ body: JSONBody) async throws(SluiceError) -> EventStream {
        let bytes = body.bytes
        return try await repeating(operation) { () async throws(ServiceFailure) in try await self.opened(operation, bytes) }
    }

    private func repeating<Answer: Sendable>(
        _ operation: String, _ once: () async throws(ServiceFailure) -> Answer
    ) async throws(SluiceError) -> Answer {
        try await pacer.repeating(once, renew: signing.renew) { failure, attempts in
            self.meaning(of: failure, operation, attempts: attempts)
        }
    }

    /// A failure of an operation for a person.
    func meaning(of failure: ServiceFailure, _ operation: String, attempts: Int = 1) -> SluiceError {
        failure.error("\(description.name) \(operation)", endpoint, codes: description.codes, attempts: attempts)
    }

    private func once(_ operation: String, _ body: [UInt8]) async throws(ServiceFailure) -> JSONNode {
        let answer: HTTPAnswer
        do throws(HTTPFailure) {
            answer = try await transport.send(signed(operation, body))
        } catch {
            throw ServiceFailure(error, timeout: timeout)
        }
        signing.note(answer.headers)
        guard answer.status == 200 else { throw ServiceFailure(answer) }
        if answer.body.isEmpty { return .object([]) }
        return try Self.parse(answer.body)
    }

    private func opened(_ operation: String, _ body: [UInt8]) async throws(ServiceFailure) -> EventStream {
        let refusal: HTTPAnswer
        do throws(HTTPFailure) {
            let answer = try await transport.open(signed(operation, body))
            signing.note(answer.headers)
            if answer.status == 200 { return EventStream(self, operation, answer.body) }
            refusal = HTTPAnswer(
                status: answer.status, headers: answer.headers, body: try await answer.rest(limit: AWSLimits.refusalBytes))
        } catch {
            throw ServiceFailure(error, timeout: timeout)
        }
        throw ServiceFailure(refusal)
    }

    private func signed(_ operation: String, _ body: [UInt8]) -> HTTPCall {
        let request = SignableRequest(
            "POST", path: "/",
            headers: [
                .init("Host", endpoint.host), .init("Content-Type", "application/x-amz-json-1.1"),
                .init("X-Amz-Target", "\(description.target).\(operation)"), .init("User-Agent", "sluice/\(Release.version)"),
            ], payload: .bytes(body))
        return HTTPCall(
            endpoint: endpoint, request: signing.signed(request, region: region, service: description.name), timeout: timeout,
            answerBytes: answerBytes)
    }

    static func parse(_ body: [UInt8]) throws(ServiceFailure) -> JSONNode {
        do throws(JSONParser.Failure) {
            return try JSONParser.parse(body)
        } catch {
            let start = String(decoding: body.prefix(AWSLimits.quotedBytes), as: UTF8.self)
            throw ServiceFailure(.malformed(status: 200, start))
        }
    }
}
