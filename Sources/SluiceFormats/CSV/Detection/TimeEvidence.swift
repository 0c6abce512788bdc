import SluiceCore

/// A day written with numbers and one separator, and what stands behind it: `31/12/2013 23:59`.
struct DayText {
    let first: Int
    let second: Int
    let separator: UInt8
    /// The year stands first.
    let isYearFirst: Bool
    /// Parts of a clock behind the day: 0, 2 (hour and minute) or 3.
    let clockParts: Int

    init?(_ text: [UInt8]) {
        guard (8...24).contains(text.count) else { return nil }
        let halves = text.split(separator: 0x20, maxSplits: 1)
        guard let day = halves.first, let mark = day.first(where: { $0 &- 0x30 >= 10 }), "./-".utf8.contains(mark) else { return nil }
        let parts = day.split(separator: mark, omittingEmptySubsequences: false)
        guard parts.count == 3, let numbers = Self.numbers(parts) else { return nil }
        if parts[0].count == 4, (1...2).contains(parts[1].count), (1...2).contains(parts[2].count) {
            (isYearFirst, first, second) = (true, numbers[1], numbers[2])
        } else if parts[2].count == 4, (1...2).contains(parts[0].count), (1...2).contains(parts[1].count) {
            (isYearFirst, first, second) = (false, numbers[0], numbers[1])
        } else {
            return nil
        }
        separator = mark
        guard halves.count == 2 else {
            clockParts = 0
            return
        }
        let clock = halves[1].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard (2...3).contains(clock.count), Self.numbers(clock) != nil else { return nil }
        clockParts = clock.count
    }

    private static func numbers(_ parts: [ArraySlice<UInt8>]) -> [Int]? {
        let numbers = parts.compactMap { part in
            (1...4).contains(part.count) && part.allSatisfy { $0 &- 0x30 < 10 } ? part.reduce(0) { 10 * $0 + Int($1 &- 0x30) } : nil
        }
        return numbers.count == parts.count ? numbers : nil
    }
}

/// How dates are written, where the sample decides between day and month; otherwise they stay text.
struct TimeEvidence {
    private(set) var properties: [DialectDetection.Property] = []

    init(_ cells: SampleCells) {
        var patterns: [String: [String: String]] = [:]
        var unclear: String?
        for column in cells.columns where !column.isEmpty {
            let days = column.compactMap(DayText.init)
            guard days.count == column.count, let day = days.first,
                days.allSatisfy({ $0.separator == day.separator && $0.isYearFirst == day.isYearFirst && $0.clockParts == day.clockParts })
            else { continue }
            let option = day.clockParts == 0 ? "date_pattern" : "timestamp_pattern"
            let shown = String(decoding: column[0], as: UTF8.self)
            switch Self.pattern(days) {
            case .iso: continue
            case .known(let pattern, let row):
                patterns[option, default: [:]][pattern] = String(decoding: column[row], as: UTF8.self)
            case .ambiguous: unclear = unclear ?? "\(shown.quotedForMessage) and all others of its column may be day or month first"
            case .contradicting: unclear = unclear ?? "no order of day and month fits all of the column with \(shown.quotedForMessage)"
            }
        }
        for (option, found) in patterns.sorted(by: { $0.key < $1.key }) {
            guard found.count == 1, let (pattern, example) = found.first else {
                unclear = unclear ?? "columns have different patterns: \(found.keys.sorted().joined(separator: " and "))"
                continue
            }
            add(option, pattern, "\(example.quotedForMessage) can be read in one way only", isDefault: false)
        }
        if let unclear { add("date_pattern", "", unclear + ", so they stay text", isDefault: true) }
    }

    private enum Finding {
        case iso
        /// With the row that decides it.
        case known(String, row: Int)
        case ambiguous
        case contradicting
    }

    private static func pattern(_ days: [DayText]) -> Finding {
        let mark = String(decoding: [days[0].separator], as: UTF8.self)
        let clock = days[0].clockParts == 0 ? "" : days[0].clockParts == 2 ? " %H:%M" : " %H:%M:%S"
        let dayFirst = days.firstIndex { $0.first > 12 }
        let monthFirst = days.firstIndex { $0.second > 12 }
        if days[0].isYearFirst {
            if mark == "-" { return .iso }
            return dayFirst == nil ? .known("%Y\(mark)%m\(mark)%d\(clock)", row: 0) : .contradicting
        }
        switch (dayFirst, monthFirst) {
        case (let row?, nil): return .known("%d\(mark)%m\(mark)%Y\(clock)", row: row)
        case (nil, let row?): return .known("%m\(mark)%d\(mark)%Y\(clock)", row: row)
        case (nil, nil): return .ambiguous
        default: return .contradicting
        }
    }

    private mutating func add(_ option: String, _ pattern: String, _ reason: String, isDefault: Bool) {
        properties.append(
            DialectDetection.Property(
                option: option, choice: .text(pattern), reason: reason, score: 1, alternatives: [], isDefault: isDefault, isApplied: false))
    }
}
