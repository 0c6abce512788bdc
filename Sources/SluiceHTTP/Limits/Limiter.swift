import SluiceCore
import Synchronization

/// Lets the requests of one account at one host through, whichever pipelines and streams they are of.
package final class Limiter: Sendable {
    private struct State {
        var machine: LimiterMachine
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let pacing: Pacing
    private let state: Mutex<State>

    package init(concurrency: Int = HTTPLimits.concurrency, pacing: Pacing = .system) {
        self.pacing = pacing
        state = Mutex(State(machine: LimiterMachine(concurrency: max(1, concurrency))))
    }

    /// Limiters of this process by account and host.
    private static let shared = Mutex<[String: Limiter]>([:])

    /// The one limiter of an account at a host.
    package static func shared(account: String, host: String, concurrency: Int) -> Limiter {
        shared.withLock { limiters in
            let key = "\(account)\n\(host)"
            if let limiter = limiters[key] { return limiter }
            let limiter = Limiter(concurrency: concurrency)
            limiters[key] = limiter
            return limiter
        }
    }

    /// Runs a request when the rules let it.
    ///
    /// - Throws: `quotaSpent` where a rule leaves nothing for longer than `HTTPLimits.longestWait`; `interrupted`.
    func run<Result>(_ rules: [RateRule], _ body: () async throws(SluiceError) -> Result) async throws(SluiceError) -> Result {
        try await enter(rules)
        defer { leave() }
        return try await body()
    }

    func pause(for duration: Duration) {
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
            case .spent(let rule, let wait):
                throw SluiceError(
                    .quotaSpent, "the \(rule.requests) requests of \(rule.name) are spent for another \(wait.components.seconds) s",
                    remedy: "run it again later: it goes on where it stopped", isRetriable: true)
            }
        }
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
