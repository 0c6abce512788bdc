import Crypto
import SluiceCore

/// How the sender of a webhook shows that it knows the secret. Codes are compared in constant time, over the body's bytes as they came.
struct WebhookSignature: Sendable {
    enum Scheme: String, CaseIterable, Sendable {
        /// `Stripe-Signature: t=…,v1=…`, over `t.body` (docs.stripe.com/webhooks).
        case stripe
        /// `X-Slack-Signature: v0=…`, over `v0:time:body` (api.slack.com/authentication/verifying-requests-from-slack).
        case slack
        /// `X-Hub-Signature-256: sha256=…`, over the body (docs.github.com/webhooks).
        case github
        /// `X-Zendesk-Webhook-Signature`, base 64, over time and body (developer.zendesk.com/documentation/webhooks/verifying).
        case zendesk
        /// `X-PagerDuty-Signature: v1=…,v1=…`, over the body (developer.pagerduty.com/docs/webhooks-overview).
        case pagerduty
        /// A header of any name with the code over the body, as hexadecimal digits or base 64, maybe behind a mark such as `sha256=`.
        case hmac
        case none
    }

    enum Finding: Hashable, Sendable {
        case valid
        /// No code, or another than the secret gives.
        case wrong
        /// The code holds, and its time is too far from now.
        case stale
    }

    let scheme: Scheme
    /// Of which any may have made the code, so that they can be changed.
    let secrets: [SymmetricKey]
    /// Of `hmac`: the header's lower-case name.
    let header: String
    let toleranceMicros: Int64

    init(_ scheme: Scheme, secrets: [String], header: String = "", toleranceMicros: Int64 = WebhookLimits.toleranceMicros) {
        self.scheme = scheme
        self.secrets = secrets.map { SymmetricKey(data: Array($0.utf8)) }
        self.header = header.lowercased()
        self.toleranceMicros = toleranceMicros
    }

    /// - Parameters:
    ///   - headers: By lower-case name.
    ///   - now: Microseconds since 1970.
    func check(_ headers: [String: String], _ body: [UInt8], now: Int64) -> Finding {
        switch scheme {
        case .none: return .valid
        case .stripe:
            let parts = Self.pairs(headers["stripe-signature"])
            guard let time = parts.first(where: { $0.name == "t" })?.value else { return .wrong }
            return check(
                parts.filter { $0.name == "v1" }.map { Hexadecimal.bytes($0.value.utf8) }, over: Array("\(time).".utf8) + body,
                seconds: time, now)
        case .slack:
            guard let time = headers["x-slack-request-timestamp"] else { return .wrong }
            let parts = Self.pairs(headers["x-slack-signature"])
            return check(
                parts.filter { $0.name == "v0" }.map { Hexadecimal.bytes($0.value.utf8) }, over: Array("v0:\(time):".utf8) + body,
                seconds: time, now)
        case .github: return check(Self.codes(headers["x-hub-signature-256"], mark: "sha256"), over: body)
        case .pagerduty: return check(Self.codes(headers["x-pagerduty-signature"], mark: "v1"), over: body)
        case .hmac:
            guard let text = headers[header] else { return .wrong }
            let code = text.split(separator: "=", maxSplits: 1).last.map(String.init) ?? text
            return check(
                [Hexadecimal.bytes(code.utf8), Hexadecimal.bytes(text.utf8), Base64.decode(text.utf8), Base64.decode(code.utf8)], over: body
            )
        case .zendesk:
            guard let time = headers["x-zendesk-webhook-signature-timestamp"] else { return .wrong }
            let finding = check([headers["x-zendesk-webhook-signature"].flatMap { Base64.decode($0.utf8) }], over: Array(time.utf8) + body)
            guard finding == .valid else { return finding }
            let micros = Array(time.utf8).withUnsafeBufferPointer { TimeText.timestamp($0) }?.utcMicros
            return micros.map { isNear($0, now) } ?? false ? .valid : .stale
        }
    }

    private func check(_ codes: [[UInt8]?], over content: [UInt8], seconds: String, _ now: Int64) -> Finding {
        guard check(codes, over: content) == .valid else { return .wrong }
        guard let seconds = Int64(seconds), !seconds.multipliedReportingOverflow(by: 1_000_000).overflow else { return .stale }
        return isNear(seconds * 1_000_000, now) ? .valid : .stale
    }

    private func isNear(_ micros: Int64, _ now: Int64) -> Bool {
        let (distance, isFar) = micros.subtractingReportingOverflow(now)
        return !isFar && distance.magnitude <= UInt64(toleranceMicros)
    }

    /// Whether one of the codes is one of the content.
    private func check(_ codes: [[UInt8]?], over content: [UInt8]) -> Finding {
        var isValid = false
        for case let code? in codes {
            for secret in secrets where HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: content, using: secret) {
                isValid = true
            }
        }
        return isValid ? .valid : .wrong
    }

    private static func pairs(_ text: String?) -> [(name: String, value: String)] {
        (text ?? "").split(separator: ",").compactMap { part in
            let sides = part.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else { return nil }
            return (String(sides[0].drop { $0 == " " }), String(sides[1]))
        }
    }

    private static func codes(_ text: String?, mark: String) -> [[UInt8]?] {
        pairs(text).filter { $0.name == mark }.map { Hexadecimal.bytes($0.value.utf8) }
    }
}
