package import SluiceCore

/// Local dates on which a schedule has no ticks: days of the week, single dates, dates of every year, and ranges.
package struct ExcludedDays: Hashable, Sendable {
    /// Bit n: day n of the week, Sunday is 0.
    private var weekdays: UInt8 = 0
    /// Days since 1970.
    private var dates: Set<Int> = []
    /// 100 · month + day.
    private var yearly: Set<Int> = []
    private var ranges: [ClosedRange<Int>] = []

    package init() {}

    package var isEmpty: Bool { self == ExcludedDays() }

    /// Adds what one text means: `sat`, `weekends`, `2026-12-25`, `12-25` (of every year), `2026-07-01..2026-07-14`.
    ///
    /// - Throws: What is wrong with it, with its place.
    package mutating func add(_ text: String) throws(ScheduleSyntaxError) {
        let piece = Piece(text).trimmed
        let word = piece.text.uppercased()
        if let index = CronField.dayNames.firstIndex(where: { word == $0 || Self.longNames[$0] == word }) {
            weekdays |= 1 << UInt8(index)
        } else if word == "WEEKENDS" {
            weekdays |= 1 | 1 << 6
        } else if let dots = Self.dots(piece) {
            let first = try Self.date(Piece(piece.scalars[..<dots]).trimmed, in: piece)
            let last = try Self.date(Piece(piece.scalars[(dots + 2)...]).trimmed, in: piece)
            guard first <= last else {
                throw piece.error("the range \(piece.text.quotedForMessage) ends before it begins", remedy: "swap its ends")
            }
            ranges.append(first...last)
        } else if piece.split("-").count == 2 {
            let parts = piece.split("-").map(\.number)
            guard let month = parts[0], let day = parts[1], CivilDate(year: 2000, month: month, day: day) != nil else {
                throw piece.error("\(piece.text.quotedForMessage) is no month and day", remedy: "write for example 12-25")
            }
            yearly.insert(100 * month + day)
        } else if piece.scalars.first.map({ $0.value &- 0x30 < 10 }) == true {
            dates.insert(try Self.date(piece, in: piece))
        } else {
            let words = CronField.dayNames + Self.longNames.values.sorted() + ["WEEKENDS"]
            let near = Suggestion.nearest(to: word, in: words)?.lowercased()
            throw piece.error(
                "\(piece.text.quotedForMessage) is no day",
                remedy: near.map { "did you mean \"\($0)\"?" }
                    ?? "write a date (2026-12-25), one of every year (12-25), a range, or a day's name")
        }
    }

    package func contains(_ date: CivilDate) -> Bool {
        let days = date.daysSinceEpoch
        return weekdays >> UInt8(date.isoWeekday % 7) & 1 == 1 || dates.contains(days) || yearly.contains(100 * date.month + date.day)
            || ranges.contains { $0.contains(days) }
    }

    /// The days of both.
    package mutating func formUnion(_ other: ExcludedDays) {
        weekdays |= other.weekdays
        dates.formUnion(other.dates)
        yearly.formUnion(other.yearly)
        ranges += other.ranges
    }

    /// A text of 16 signs that is another one where the days are others, however they were written.
    package var mark: String {
        let parts =
            ["\(weekdays)"] + dates.sorted().map { "\($0)" } + yearly.sorted().map { "-\($0)" }
            + ranges.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }.map { "\($0.lowerBound)..\($0.upperBound)" }
        // FNV-1a.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in parts.joined(separator: " ").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static let longNames = [
        "SUN": "SUNDAY", "MON": "MONDAY", "TUE": "TUESDAY", "WED": "WEDNESDAY", "THU": "THURSDAY", "FRI": "FRIDAY", "SAT": "SATURDAY",
    ]

    private static func dots(_ piece: Piece) -> Int? {
        piece.scalars.indices.dropLast().first { piece.scalars[$0] == "." && piece.scalars[$0 + 1] == "." }
    }

    /// Days since 1970.
    private static func date(_ piece: Piece, in whole: Piece) throws(ScheduleSyntaxError) -> Int {
        let parts = piece.split("-").map(\.number)
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2], ScheduleLimits.years.contains(year),
            let date = CivilDate(year: year, month: month, day: day)
        else {
            throw (piece.isEmpty ? whole : piece).error(
                "\(piece.text.quotedForMessage) is no date", remedy: "write it as year-month-day, such as 2026-12-25")
        }
        return date.daysSinceEpoch
    }
}
