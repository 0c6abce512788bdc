/// So many requests in any such time; rules of one name count together.
package struct RateRule: Hashable, Sendable {
    package var name: String
    package var requests: Int
    package var per: Duration

    package init(_ name: String, requests: Int, per: Duration) {
        self.name = name
        self.requests = requests
        self.per = per
    }
}

/// Which requests of an account may go when. Logic only: `Limiter` waits.
///
/// A window slides: in no stretch of `per` are there more than `requests`, wherever the service begins to count.
struct LimiterMachine: Sendable {
    enum Admission: Hashable, Sendable {
        /// The request goes, and counts.
        case go
        case wait(Duration)
        /// As many as may are under way.
        case full
        /// The rule leaves nothing for longer than anybody waits.
        case spent(RateRule, Duration)
        /// The service asked for a pause of which more is left than anybody waits.
        case paused(Duration)
    }

    let concurrency: Int
    private(set) var running = 0
    /// When requests of a rule went, oldest first.
    private var sent: [String: [Duration]] = [:]
    private var pausedUntil = Duration.zero

    init(concurrency: Int) { self.concurrency = concurrency }

    mutating func admit(_ rules: [RateRule], at now: Duration, longestWait: Duration) -> Admission {
        if running >= concurrency { return .full }
        var wait = max(.zero, pausedUntil - now)
        if wait > longestWait { return .paused(wait) }
        for rule in rules {
            let times = (sent[rule.name] ?? []).filter { now - $0 < rule.per }
            sent[rule.name] = times
            guard times.count >= rule.requests else { continue }
            let needed = times[times.count - rule.requests] + rule.per - now
            if needed > longestWait { return .spent(rule, needed) }
            wait = max(wait, needed)
        }
        if wait > .zero { return .wait(wait) }
        running += 1
        for rule in rules { sent[rule.name, default: []].append(now) }
        return .go
    }

    mutating func finished() { running -= 1 }

    /// The service asked for a pause: nothing of the account goes before its end.
    mutating func pause(until time: Duration) { pausedUntil = max(pausedUntil, time) }
}
