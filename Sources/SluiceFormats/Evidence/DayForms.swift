import SluiceCore

/// The forms other than ISO 8601 in which days and times are known, as sets of them.
enum DayForms {
    /// Bit i: form i.
    typealias Set = UInt64

    private static let days = [
        "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%d-%b-%Y",
        "%b %d, %Y", "%d %B %Y", "%B %d, %Y",
    ]
    private static let clocks = ["", " %H:%M", " %H:%M:%S", " %I:%M %p"]

    /// All forms, as strptime has them.
    static let texts =
        days.flatMap { day in clocks.map { day + $0 } } + ["%a, %d %b %Y %H:%M:%S %z", "%d/%b/%Y:%H:%M:%S %z", "%Y/%m/%d %H:%M:%S%z"]

    static let patterns: [TimePattern] = texts.compactMap { TimePattern.parse($0).pattern }
    static let all: Set = (1 &<< UInt64(texts.count)) &- 1

    /// Those of a set that a text has.
    static func matching(_ text: UnsafeBufferPointer<UInt8>, of set: Set) -> Set {
        var (rest, found) = (set, Set(0))
        while rest != 0 {
            let form = rest.trailingZeroBitCount
            rest &= rest &- 1
            if patterns[form].read(text) != nil { found |= 1 &<< UInt64(form) }
        }
        return found
    }

    /// Whether a text may be one, by a look at its start.
    static func mayBeDay(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard (8...40).contains(text.count) else { return false }
        if text[0] &- 0x30 < 10 { return (1...4).contains { ".-/ ".utf8.contains(text[$0]) } && text.last.map { $0 >= 0x30 } == true }
        let start = text[..<3]
        return TimePattern.months.contains { $0.starts(with: start) }
            || (text[3] == 0x2C && TimePattern.weekdays.contains { $0.starts(with: start) })
    }

    /// The one pattern of a set.
    static func only(_ set: Set) -> String? { set.nonzeroBitCount == 1 ? texts[set.trailingZeroBitCount] : nil }

    /// The patterns of a set.
    static func names(_ set: Set) -> [String] { texts.indices.filter { set &>> UInt64($0) & 1 == 1 }.map { texts[$0] } }

    /// The form in which equal texts mean the same: `%d %b %Y` beside `%d %B %Y` where all months are May.
    static func settled(_ set: Set) -> Set {
        let long = names(set).filter { $0.contains("%B") }
        guard long.count == 1, set.nonzeroBitCount == 2, let place = texts.firstIndex(of: long[0]) else { return set }
        return names(set).contains(long[0].replacing("%B", with: "%b")) ? 1 &<< UInt64(place) : set
    }

    static func hasClock(_ pattern: String) -> Bool { pattern.contains("%H") || pattern.contains("%I") }
    static func hasZone(_ pattern: String) -> Bool { pattern.contains("%z") }
}
