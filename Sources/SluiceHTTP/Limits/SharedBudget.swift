/// What the processes of one state know together of the requests of an account: how many went when, and until when nothing may go. Logic only.
///
/// Times are counted in 60 parts of a rule's stretch: a part counts until its end has left the stretch, so there are never more requests in one
/// than the rule says, and the file stays small whatever the budget of a day is.
struct SharedBudget: Hashable, Sendable {
    static let parts: Int64 = 60
    /// Times and counts of a file that are believed: up to the year 2255, and no more requests than fit into a part of any rule.
    private static let times: ClosedRange<Int64> = 0...1 << 53
    private static let requests = 1...1 << 32
    /// In microseconds.
    private static let longestPause = HTTPLimits.longestPause.components.seconds * 1_000_000

    /// Requests of a part, by when it begins in microseconds since 1970.
    private var counts: [String: [Int64: Int]] = [:]
    private var pausedUntil: Int64 = 0

    init() {}

    /// - Parameters:
    ///   - now: In microseconds since 1970.
    ///   - longestWait: In microseconds.
    mutating func admit(_ rules: [RateRule], at now: Int64, longestWait: Int64) -> LimiterMachine.Admission {
        // A clock that was set back leaves a pause behind that no service asked for.
        if pausedUntil - now > Self.longestPause { pausedUntil = 0 }
        var wait = max(0, pausedUntil - now)
        if wait > longestWait { return .paused(.microseconds(wait)) }
        for rule in rules {
            let (stretch, part) = Self.sizes(rule)
            // A clock that was set back leaves parts of the future behind, which would count for ever.
            let kept = (counts[rule.name] ?? [:]).filter { $0.key + part + stretch > now && $0.key <= now + part }
            counts[rule.name] = kept
            var excess = kept.values.reduce(0, +) - rule.requests + 1
            guard excess > 0 else { continue }
            var needed: Int64 = 0
            for (begin, count) in kept.sorted(by: { $0.key < $1.key }) where excess > 0 {
                excess -= count
                needed = begin + part + stretch - now
            }
            if needed > longestWait { return .spent(rule, .microseconds(needed)) }
            wait = max(wait, needed)
        }
        if wait > 0 { return .wait(.microseconds(wait)) }
        for rule in rules {
            let (_, part) = Self.sizes(rule)
            counts[rule.name, default: [:]][now / part * part, default: 0] += 1
        }
        return .go
    }

    mutating func pause(until time: Int64) { pausedUntil = max(pausedUntil, time) }

    private static func sizes(_ rule: RateRule) -> (stretch: Int64, part: Int64) {
        let stretch = rule.per.components.seconds * 1_000_000 + rule.per.components.attoseconds / 1_000_000_000_000
        return (stretch, max(1, stretch / parts))
    }

    // MARK: Text

    /// A line for each fact; what is no such line is passed over, as the beginning of a file that was cut may be.
    init(parsing text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: "\t")
            if words.count == 2, words[0] == "paused", let time = Int64(words[1]), Self.times.contains(time) { pausedUntil = time }
            if words.count == 4, words[0] == "sent", let begin = Int64(words[1]), Self.times.contains(begin), let count = Int(words[2]),
                Self.requests.contains(count)
            {
                counts[String(words[3]), default: [:]][begin] = count
            }
        }
    }

    var text: String {
        var lines = ["paused\t\(pausedUntil)"]
        for (name, parts) in counts.sorted(by: { $0.key < $1.key }) {
            for (begin, count) in parts.sorted(by: { $0.key < $1.key }) { lines.append("sent\t\(begin)\t\(count)\t\(name)") }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
