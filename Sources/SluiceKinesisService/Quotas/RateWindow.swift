/// What was used of a limit a second.
///
/// Seconds count from the first use. What one second used beyond the limit is paid by the next ones, so that a read of 10 MiB at 2 MiB a second
/// closes the window for five seconds, as Kinesis documents it.
struct RateWindow: Hashable, Sendable {
    private static let secondMicros: Int64 = 1_000_000

    private var used = 0
    private var sinceMicros: Int64 = 0

    /// What counts of the limit at a time. A clock that was moved back begins anew.
    func used(of limit: Int, at now: Int64) -> Int {
        guard now >= sinceMicros else { return 0 }
        let seconds = (now - sinceMicros) / Self.secondMicros
        return seconds > Int64(used / limit) ? 0 : used - Int(seconds) * limit
    }

    /// Whether an amount fits. One that is more than the limit fits into a window of which nothing is used.
    func takes(_ amount: Int, of limit: Int, at now: Int64) -> Bool {
        let used = used(of: limit, at: now)
        return used <= 0 || used + amount <= limit
    }

    /// Whether anything is left, for uses whose amount shows only afterwards.
    func isOpen(_ limit: Int, at now: Int64) -> Bool { used(of: limit, at: now) < limit }

    mutating func use(_ amount: Int, of limit: Int, at now: Int64) {
        let left = max(0, used(of: limit, at: now))
        sinceMicros = left == 0 ? now : sinceMicros + (now - sinceMicros) / Self.secondMicros * Self.secondMicros
        used = left + amount
    }
}
