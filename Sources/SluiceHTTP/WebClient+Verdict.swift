package import SluiceCore
import SluiceJSON

extension WebClient {
    /// What a status means where the service has no rules of its own (RFC 9110, RFC 6585).
    ///
    /// - Parameter message: The service's own words.
    package func judgeByStatus(_ request: WebRequest, _ answer: WebAnswer, message: String? = nil) -> WebVerdict {
        let reason = message ?? Self.quoted(answer.body)
        switch answer.status {
        case 200..<300: return .accept
        case 401: return .renew(reason)
        case 429: return .retry(reason, isThrottled: true, after: answer.retryAfter(nowMicros: pacing.wall.nowMicros()))
        case 503 where answer.headers["retry-after"] != nil:
            return .retry(reason, isThrottled: true, after: answer.retryAfter(nowMicros: pacing.wall.nowMicros()))
        case 408, 425, 500, 502, 503, 504: return .retry(reason, isThrottled: false)
        case 301, 302, 303, 307, 308:
            return .refuse(failure(.serviceFailed, request, answer, "a redirect that names no address"))
        case 403:
            return .refuse(failure(.accessDenied, request, answer, reason, remedy: "give the connection's account the right to do this"))
        case 404: return .refuse(failure(.notFound, request, answer, reason, remedy: "check the connection's address and settings"))
        default: return .refuse(failure(.requestRefused, request, answer, reason))
        }
    }

    /// An error with the request, the status, the service's words and its request id.
    package func failure(
        _ code: SluiceError.Code, _ request: WebRequest, _ answer: WebAnswer, _ reason: String, remedy: String? = nil,
        isRetriable: Bool = false
    ) -> SluiceError {
        let id = answer.requestID.map { " (request id \($0))" } ?? ""
        let words = reason.isEmpty ? "" : ": \(reason)"
        return SluiceError(
            code, "\(request.label): \(request.shown) answered \(answer.status)\(id)\(words)", remedy: remedy, isRetriable: isRetriable)
    }

    /// The beginning of a body, for a message.
    package static func quoted(_ body: [UInt8]) -> String {
        guard !body.isEmpty else { return "" }
        let text = String(decoding: body.prefix(4 * HTTPLimits.quotedCharacters), as: UTF8.self)
        return text.prefix(HTTPLimits.quotedCharacters).description.quotedForMessage
    }
}

extension RetryPolicy {
    /// For services that ask people's programs to be patient.
    package static let services: RetryPolicy = {
        var policy = RetryPolicy()
        policy.attempts = 8
        policy.basePause = .milliseconds(500)
        policy.throttledPause = .seconds(2)
        policy.longestPause = .seconds(60)
        return policy
    }()
}
