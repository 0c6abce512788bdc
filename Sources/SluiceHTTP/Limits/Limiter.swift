import Crypto
package import SluiceCore
import Synchronization

/// Lets the requests of one account at one host through, whichever pipelines and streams they are of.
package final class Limiter: Sendable {
    private struct State {
        var machine: LimiterMachine
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let pacing: Pacing
    private let state: Mutex<State>
    /// What other processes do; nil for an account of this process alone.
    private let sharing: SharedLimits?

    package init(concurrency: Int = HTTPLimits.concurrency, pacing: Pacing = .system, sharing: SharedLimits? = nil) {
        self.pacing = pacing
        self.sharing = sharing
        state = Mutex(State(machine: LimiterMachine(concurrency: max(1, concurrency))))
    }

    /// Limiters of this process by account and host.
    private static let shared = Mutex<[String: Limiter]>([:])

    /// The one limiter of an account at a host.
    ///
    /// - Parameter folder: Where processes of one state tell each other what they do; nil for this process alone.
    package static func shared(account: String, host: String, concurrency: Int, folder: String? = nil) throws(SluiceError) -> Limiter {
        try shared.withLock { limiters throws(SluiceError) in
            let key = [account, host, folder ?? ""].joined(separator: "\n")
            if let limiter = limiters[key] { return limiter }
            let digest = SHA256.hash(data: Array("\(account)\n\(host)".utf8))
            let name = Base64URL.encode(Array(digest.prefix(12)))
            let sharing = try folder.map { folder throws(SluiceError) in
                try SharedLimits(folder: folder, name: name, concurrency: concurrency)
            }
            let limiter = Limiter(concurrency: concurrency, sharing: sharing)
            limiters[key] = limiter
            return limiter
        }
    }

    /// Runs a request when the rules let it.
    ///
    /// - Throws: `quotaSpent` where a rule, or a pause that the service asked for, leaves nothing for longer than `HTTPLimits.longestWait`;
    ///   `interrupted`.
    func run<Result>(_ rules: [RateRule], _ body: () async throws(SluiceError) -> Result) async throws(SluiceError) -> Result {
        try await enter(rules)
        defer { leave() }
        let place = try await sharedPlace(rules)
        defer { place?.release() }
        return try await body()
    }

    /// A place among the requests of all processes, once their limits let the request go.
    private func sharedPlace(_ rules: [RateRule]) async throws(SluiceError) -> FileLock? {
        guard let sharing else { return nil }
        var place = try sharing.place()
        while place == nil {
            try await sleep(HTTPLimits.placePause)
            place = try sharing.place()
        }
        while true {
            switch try sharing.admission(rules) {
            case .wait(let duration): try await sleep(duration)
            case .spent(let rule, let wait): throw Self.spent(rule, wait)
            case .paused(let left): throw Self.paused(left)
            case .go, .full: return place
            }
        }
    }

    func pause(for duration: Duration) {
        // The pause holds here in any case; others who do not hear of it are told by the service.
        try? sharing?.pause(for: duration)
        let until = pacing.now() + duration
        state.withLock { $0.machine.pause(until: until) }
    }

    private func enter(_ rules: [RateRule]) async throws(SluiceError) {
        while true {
            let now = pacing.now()
            switch state.withLock({ $0.machine.admit(rules, at: now, longestWait: HTTPLimits.longestWait) }) {
            case .go: return
            case .wait(let duration): try await sleep(duration)
            case .full:
                await withCheckedContinuation { continuation in
                    let isFree = state.withLock { state in
                        if state.machine.running < state.machine.concurrency { return true }
                        state.waiting.append(continuation)
                        return false
                    }
                    if isFree { continuation.resume() }
                }
            case .spent(let rule, let wait): throw Self.spent(rule, wait)
            case .paused(let left): throw Self.paused(left)
            }
        }
    }

    private static func paused(_ left: Duration) -> SluiceError {
        SluiceError(
            .quotaSpent, "the service asked for a pause, of which \(left.components.seconds) s are left",
            remedy: "run it again later: it goes on where it stopped", isRetriable: true)
    }

    private static func spent(_ rule: RateRule, _ wait: Duration) -> SluiceError {
        SluiceError(
            .quotaSpent, "the \(rule.requests) requests of \(rule.name) are spent for another \(wait.components.seconds) s",
            remedy: "run it again later: it goes on where it stopped", isRetriable: true)
    }

    private func leave() {
        let next = state.withLock { state in
            state.machine.finished()
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?.resume()
    }

    private func sleep(_ duration: Duration) async throws(SluiceError) {
        do {
            try await pacing.sleep(duration)
        } catch {
            throw SluiceError(.interrupted, "the wait for a service was cancelled", underlying: error)
        }
    }
}
