import SluiceCore

/// How far event time has come: no row before it is expected any more. It follows the newest row of each split, `delay` behind; the slowest
/// split that is still alive holds it back, and it never goes back.
///
/// All times are microseconds since 1970; those of rows are event time, those of the machine are the clock's.
struct Watermark: Hashable, Codable, Sendable {
    private struct Split: Hashable, Codable, Sendable {
        /// Event time of its newest row.
        var newest: Int64
        /// The machine's time when that row was read.
        var seen: Int64
        /// Whether it may go on.
        var isOpen: Bool
    }

    let delay: Int64
    let idle: Int64
    /// `Int64.min` before the first row.
    private(set) var time = Int64.min
    private var splits: [String: Split] = [:]
    /// The machine's time when the last row was read, or when the first was waited for.
    private var seen: Int64?

    /// Names of splits that may go on.
    var openSplits: Set<String> { Set(splits.filter(\.value.isOpen).keys) }

    init(delay: Int64, idle: Int64) {
        self.delay = delay
        self.idle = idle
    }

    /// Takes in what an epoch brought.
    ///
    /// - Parameters:
    ///   - newest: Event time of the newest row by split.
    ///   - open: Splits that may go on.
    mutating func advance(_ newest: [String: Int64], open: Set<String>, now: Int64) {
        if seen == nil || !newest.isEmpty { seen = now }
        for (name, time) in newest {
            let known = splits[name]
            splits[name] = Split(newest: max(time, known?.newest ?? .min), seen: now, isOpen: open.contains(name))
        }
        for name in splits.keys where newest[name] == nil { splits[name]?.isOpen = open.contains(name) }
        settle(now: now)
        // What has ended counts no more once its time is part of the watermark, or others went past it.
        splits = splits.filter { $0.value.isOpen }
    }

    /// Goes on where another of the same step was; the definition's delay and idle time may have changed.
    mutating func resume(_ other: Watermark) {
        time = other.time
        splits = other.splits
        seen = other.seen
    }

    /// Goes on to `bound`, less the delay: for rows that come from a step which says that none before it will.
    mutating func follow(_ bound: Int64) { if bound != .min { time = max(time, bound.clampedAdding(-delay)) } }

    /// Whether no row has come for so long that others need not wait; never for what follows another step.
    func isSilent(now: Int64) -> Bool { seen.map { now - $0 >= idle } ?? false }

    /// Whether `settle` would move it.
    func wouldMove(now: Int64) -> Bool {
        var copy = self
        return copy.settle(now: now)
    }

    /// Looks whether splits have fallen silent.
    ///
    /// - Returns: Whether the watermark moved.
    @discardableResult
    mutating func settle(now: Int64) -> Bool {
        let before = time
        let alive = splits.values.filter { $0.isOpen && now - $0.seen < idle }
        let bound = alive.map(\.newest).min() ?? splits.values.map(\.newest).max()
        if let bound { time = max(time, bound.subtractingReportingOverflow(delay).overflow ? .min : bound - delay) }
        return time != before
    }
}
