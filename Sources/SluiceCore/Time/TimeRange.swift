/// A stretch of time in UTC: from its start on, up to its end, which is not in it. Microseconds since 1970.
package struct TimeRange: Hashable, Sendable, Codable {
    package var startMicros: Int64
    package var endMicros: Int64

    package init(_ startMicros: Int64, _ endMicros: Int64) {
        self.startMicros = startMicros
        self.endMicros = endMicros
    }

    package var isEmpty: Bool { startMicros >= endMicros }

    /// Whether all of another stretch is in this one.
    package func contains(_ other: TimeRange) -> Bool { startMicros <= other.startMicros && other.endMicros <= endMicros }

    package func contains(_ micros: Int64) -> Bool { startMicros <= micros && micros < endMicros }

    package func overlaps(_ other: TimeRange) -> Bool { startMicros < other.endMicros && other.startMicros < endMicros }

    package func clamped(to other: TimeRange) -> TimeRange {
        TimeRange(max(startMicros, other.startMicros), min(endMicros, other.endMicros))
    }
}

extension TimeRange {
    /// What a text names: a year `2024`, month `2024-03`, day `2024-03-01` or `20240301`, hour `2024-03-01T10`, `2024-03-01-10` or
    /// `2024030110`, or a time such as `2024-03-01T10:00:00Z`, which is one microsecond long.
    ///
    /// Nil for anything else. A text without zone counts as UTC.
    package init?(naming text: String) {
        let bytes = Array(text.utf8)
        let isPlain = bytes.allSatisfy { (0x30...0x39).contains($0) }
        func number(_ range: Range<Int>) -> Int? {
            let digits = bytes[range]
            guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        func isDash(_ place: Int) -> Bool { bytes[place] == UInt8(ascii: "-") }
        switch bytes.count {
        case 4 where isPlain: self.init(parts: [number(0..<4)])
        case 7 where isDash(4): self.init(parts: [number(0..<4), number(5..<7)])
        case 8 where isPlain: self.init(parts: [number(0..<4), number(4..<6), number(6..<8)])
        case 10 where isPlain: self.init(parts: [number(0..<4), number(4..<6), number(6..<8), number(8..<10)])
        case 10 where isDash(4) && isDash(7): self.init(parts: [number(0..<4), number(5..<7), number(8..<10)])
        case 13 where isDash(4) && isDash(7) && (isDash(10) || bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ")):
            self.init(parts: [number(0..<4), number(5..<7), number(8..<10), number(11..<13)])
        default:
            guard let time = bytes.withUnsafeBufferPointer({ TimeText.timestamp($0) }) else { return nil }
            self.init(time.utcMicros, time.utcMicros + 1)
        }
    }

    /// A year, a month of it, a day of that, an hour of that: as many as are given.
    ///
    /// - Parameter parts: 1 to 4 numbers; nil where a text was no number, which names no time.
    package init?(parts: [Int?]) {
        let numbers = parts.compactMap(\.self)
        guard numbers.count == parts.count, let year = numbers.first, TimeText.years.contains(year) else { return nil }
        guard let date = CivilDate(year: year, month: numbers.count > 1 ? numbers[1] : 1, day: numbers.count > 2 ? numbers[2] : 1) else {
            return nil
        }
        let start = Int64(date.daysSinceEpoch) * TimeText.microsPerDay
        switch numbers.count {
        case 1: self = CalendarUnit.year.range(around: start)
        case 2: self = CalendarUnit.month.range(around: start)
        case 3: self = CalendarUnit.day.range(around: start)
        default:
            guard (0..<24).contains(numbers[3]) else { return nil }
            self = CalendarUnit.hour.range(around: start + Int64(numbers[3]) * CalendarUnit.microsPerHour)
        }
    }
}

extension TimeRange: CustomStringConvertible {
    /// As short as it can be named: `2024-03-01`, or `2024-03-01T10:00:00Z to 2024-03-01T10:30:00Z`.
    package var description: String {
        for unit in CalendarUnit.allCases.reversed() where unit.range(around: startMicros) == self { return unit.name(of: startMicros) }
        if endMicros == startMicros + 1 { return Self.text(startMicros) }
        return "\(Self.text(startMicros)) to \(Self.text(endMicros))"
    }

    /// A moment as short as it can be named: a day where it is a midnight.
    package static func text(_ micros: Int64) -> String {
        let day = CalendarUnit.day.range(around: micros)
        return day.startMicros == micros ? CalendarUnit.day.name(of: micros) : Value.timestamp(micros, zoned: true).description
    }
}
