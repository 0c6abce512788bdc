package import SluiceCore
import Synchronization

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

    private struct State {
        var credentials: AWSCredentials
        /// How far the service's clock, as its answers show it, is ahead of this machine's; nil before the first answer.
        var skewMicros: Int64?
        /// The part of it that signatures follow.
        var signedSkewMicros: Int64 = 0
    }

    private let description: Description
    private let settings: AWSSettings
    private let region: String
    package let endpoint: AWSEndpoint
    private let transport: any HTTPTransport
    package let pacer: RetryPacer
    private let clock: WallClock
    private let timeout: Duration
    private let answerBytes: Int
    private let state: Mutex<State>

    /// - Throws: `noCredentials`, `invalidOption`: what the settings lack.
    package init(
        _ description: Description, _ settings: AWSSettings, transport: any HTTPTransport = HTTPClientTransport(),
        pacer: RetryPacer = RetryPacer(), clock: WallClock = .system, timeout: Duration = .seconds(AWSLimits.callSeconds),
        answerBytes: Int = AWSLimits.answerBytes
    ) throws(SluiceError) {
        self.description = description
        self.settings = settings
        region = try settings.region()
        endpoint = try settings.endpoint(of: description.name)
        self.transport = transport
        self.pacer = pacer
        self.clock = clock
        self.timeout = timeout
        self.answerBytes = answerBytes
        state = Mutex(State(credentials: try settings.credentials()))
    }

    /// The service's time, which is exact to a second after the first answer; microseconds since 1970.
    package var serviceMicros: Int64 { clock.nowMicros() + state.withLock { $0.skewMicros ?? 0 } }

    /// Makes a call until it succeeds, fails for good, or was made as often as the policy allows.
    ///
    /// - Returns: The answer's object; an empty one where the body is empty.
    /// - Throws: What the service's error means.
    package func call(_ operation: String, _ body: JSONBody) async throws(SluiceError) -> JSONNode {
        let bytes = body.bytes
        var attempt = 1
        var hasRenewed = false
        while true {
            do throws(ServiceFailure) {
                return try await once(operation, bytes)
            } catch {
                if !hasRenewed, renew(after: error) {
                    hasRenewed = true
                    continue
                }
                guard error.isRetriable, attempt < pacer.policy.attempts else {
                    throw error.error("\(description.name) \(operation)", endpoint, codes: description.codes, attempts: attempt)
                }
                do {
                    try await pacer.pause(behind: attempt, isThrottled: error.isThrottled)
                } catch {
                    throw SluiceError(.interrupted, "\(description.name) \(operation) was cancelled", underlying: error)
                }
                attempt += 1
            }
        }
    }

    private func once(_ operation: String, _ body: [UInt8]) async throws(ServiceFailure) -> JSONNode {
        let (credentials, skew) = state.withLock { ($0.credentials, $0.signedSkewMicros) }
        let request = SignableRequest(
            "POST", path: "/",
            headers: [
                .init("Host", endpoint.host), .init("Content-Type", "application/x-amz-json-1.1"),
                .init("X-Amz-Target", "\(description.target).\(operation)"), .init("User-Agent", "sluice/\(Release.version)"),
            ], payload: .bytes(body))
        let signer = RequestSigner(credentials, region: region, service: description.name)
        let signed = signer.signed(request, nowMicros: clock.nowMicros() + skew)
        let answer: HTTPAnswer
        do throws(HTTPFailure) {
            answer = try await transport.send(
                HTTPCall(endpoint: endpoint, request: signed, timeout: timeout, answerBytes: answerBytes))
        } catch {
            switch error {
            case .unreachable(let reason): throw ServiceFailure(.unreachable(reason))
            case .timedOut: throw ServiceFailure(.timedOut(timeout))
            case .answerTooLong(let limit): throw ServiceFailure(.tooLong(limit: limit))
            case .cancelled: throw ServiceFailure(.cancelled)
            }
        }
        if let date = answer.headers["date"].flatMap({ HTTPDate.micros($0) }) {
            state.withLock { $0.skewMicros = date - clock.nowMicros() }
        }
        guard answer.status == 200 else { throw ServiceFailure(answer) }
        if answer.body.isEmpty { return .object([]) }
        do throws(JSONParser.Failure) {
            return try JSONParser.parse(answer.body)
        } catch {
            let start = String(decoding: answer.body.prefix(AWSLimits.quotedBytes), as: UTF8.self)
            throw ServiceFailure(.malformed(status: answer.status, start))
        }
    }

    /// Reads the credentials again when they have expired, and takes the service's time when this machine's clock is wrong.
    ///
    /// - Returns: Whether that changed something, so that another attempt makes sense at once.
    private func renew(after failure: ServiceFailure) -> Bool {
        switch failure.type {
        case "ExpiredTokenException", "ExpiredToken":
            guard let fresh = try? settings.credentials() else { return false }
            return state.withLock { state in
                defer { state.credentials = fresh }
                return state.credentials != fresh
            }
        case "InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed":
            return state.withLock { state in
                guard let skew = state.skewMicros, abs(skew - state.signedSkewMicros) > Int64(AWSLimits.skewSeconds) * 1_000_000 else {
                    return false
                }
                state.signedSkewMicros = skew
                return true
            }
        default: return false
        }
    }
}
