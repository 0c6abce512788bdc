import Crypto
package import SluiceCatalog
import SluiceCore
import SluicePipelines
import Synchronization

/// Calls from outside that make jobs run: each call that is answered with 202 is a run in the ledger, one under a key once.
///
/// A caller has the secret as bearer token, or signs the body with it: `X-Sluice-Signature` or `X-Hub-Signature-256`, `sha256=` and the
/// HMAC-SHA-256 of the body in hexadecimal (the form of GitHub's webhooks). `Idempotency-Key` or `X-GitHub-Delivery` name a call that may come
/// again.
package final class Webhooks: Sendable {
    /// What a caller gets: a status of HTTP, and an object of JSON.
    package struct Answer: Hashable, Sendable {
        package var status: Int
        package var body: String
    }

    private let catalog: Catalog
    private let jobs: Mutex<JobSet>
    /// The value of a secret; nil where there is none of the name.
    private let secret: @Sendable (String) throws -> String?

    package init(catalog: Catalog, jobs: JobSet, secret: @escaping @Sendable (String) throws -> String?) {
        self.catalog = catalog
        self.jobs = Mutex(jobs)
        self.secret = secret
    }

    package func reload(_ jobs: JobSet) { self.jobs.withLock { $0 = jobs } }

    /// Names that jobs wait for.
    package var names: [String] {
        let jobs = jobs.withLock { $0 }
        return Set(
            jobs.namesWithEvents.flatMap { jobs[$0]?.rules.events ?? [] }.compactMap { event in
                if case .webhook(let name, _) = event { name } else { nil }
            }
        ).sorted()
    }

    /// Takes a call.
    ///
    /// - Parameters:
    ///   - path: `/hooks/NAME`.
    ///   - headers: By lower-case name.
    package func take(method: String, path: String, headers: [String: String], body: [UInt8]) -> Answer {
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        guard parts.count == 2, parts[0] == "hooks" else { return Self.refusal(404, "there is nothing here; webhooks are at /hooks/NAME") }
        guard method == "POST" else { return Self.refusal(405, "a webhook is called by POST") }
        guard body.count <= SchedulerLimits.webhookBytes else {
            return Self.refusal(413, "the body is longer than \(SchedulerLimits.webhookBytes) bytes")
        }
        guard String(validating: body, as: UTF8.self) != nil, !body.contains(0) else {
            return Self.refusal(400, "the body is to be text in UTF-8 without NUL, which a variable can hold")
        }
        let jobs = jobs.withLock { $0 }
        let name = String(parts[1])
        let waiting = jobs.namesWithEvents.compactMap { jobs[$0] }.filter { job in
            job.rules.events.contains { if case .webhook(name, _) = $0 { true } else { false } }
        }
        do {
            let meant = try waiting.filter { try isMeant($0, name, headers, body) }
            // The same answer for a name that is not there and for a wrong secret: nobody learns names.
            guard !meant.isEmpty else { return Self.refusal(401, "there is no such webhook, or the secret is another one") }
            return try start(meant, name, headers["idempotency-key"] ?? headers["x-github-delivery"], body)
        } catch {
            return Self.refusal(503, "the state cannot be written now; call again")
        }
    }

    private func isMeant(_ job: JobDeclaration, _ name: String, _ headers: [String: String], _ body: [UInt8]) throws -> Bool {
        try job.rules.events.contains { event in
            guard case .webhook(name, let secretName) = event, let secret = try secret(secretName), !secret.isEmpty else { return false }
            return WebhookSignature.isValid(secret, headers, body)
        }
    }

    private func start(_ jobs: [JobDeclaration], _ name: String, _ key: String?, _ body: [UInt8]) throws -> Answer {
        let text = String(decoding: body, as: UTF8.self)
        var ids: [String] = []
        try catalog.changeSchedule { ledger in
            ids = []
            for job in jobs where try ledger.job(job.name)?.isPaused != true {
                if let key, try !ledger.note("webhook", about: "\(name) \(key.prefix(Self.keyCharacters))", of: job.name) { continue }
                ids.append(try ScheduleRequests.add(job, .event, parameters: ["event": text], ledger).id.text)
            }
        }
        return Answer(status: 202, body: "{\"runs\":[\(ids.map { "\"\($0)\"" }.joined(separator: ","))]}\n")
    }

    private static let keyCharacters = 200

    /// - Parameter message: Without quotes.
    private static func refusal(_ status: Int, _ message: String) -> Answer { Answer(status: status, body: "{\"error\":\"\(message)\"}\n") }
}

/// How callers of webhooks show that they know a secret, and how notices do.
package enum WebhookSignature {
    /// `sha256=` and the HMAC-SHA-256 of a body, in hexadecimal.
    package static func text(_ secret: String, _ body: [UInt8]) -> String {
        "sha256=" + Hexadecimal.text(HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8))))
    }

    /// Whether headers carry the secret, or a signature with it.
    static func isValid(_ secret: String, _ headers: [String: String], _ body: [UInt8]) -> Bool {
        if let given = headers["x-sluice-signature"] ?? headers["x-hub-signature-256"] {
            return isSame(given.lowercased(), text(secret, body))
        }
        guard let given = headers["authorization"], given.lowercased().hasPrefix("bearer ") else { return false }
        return isSame(String(given.dropFirst("bearer ".count)), secret)
    }

    /// In a time that does not tell where the two differ.
    private static func isSame(_ first: String, _ second: String) -> Bool {
        let key = SymmetricKey(size: .bits256)
        let code = HMAC<SHA256>.authenticationCode(for: Array(second.utf8), using: key)
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Array(first.utf8), using: key)
    }
}
