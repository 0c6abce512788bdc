import SluiceCore

/// The rule for all later years at the end of a compiled time zone: a `TZ` text of POSIX with the extensions of RFC 8536, section 3.3.1,
/// such as `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneFooter {
    /// A day of a year.
    enum Day: Hashable {
        /// From 1, February 29 is never counted.
        case julian(Int)
        /// From 0, February 29 is counted.
        case ordinal(Int)
        /// Week 5 is the last; Sunday is 0.
        case weekday(month: Int, week: Int, day: Int)
    }

    /// When a change happens each year: seconds of local time behind the day's midnight, maybe negative.
    struct Change: Hashable {
        var day: Day
        var seconds: Int
    }

    /// Seconds east of UTC.
    var standard: Int
    var summer: (offset: Int, starts: Change, ends: Change)?

    /// Nil for anything that is no such text.
    init?(_ text: some Collection<UInt8>) {
        var scanner = Scanner(rest: Array(text)[...])
        guard scanner.name(), let west = scanner.offset() else { return nil }
        standard = -west
        guard !scanner.rest.isEmpty else { return }
        guard scanner.name() else { return nil }
        var offset = standard + 3600
        if scanner.rest.first != UInt8(ascii: ",") {
            guard let west = scanner.offset() else { return nil }
            offset = -west
        }
        guard let starts = scanner.change(), let ends = scanner.change(), scanner.rest.isEmpty else { return nil }
        summer = (offset, starts, ends)
    }

    /// Moments and offsets behind a moment, to the end of the years that schedules have.
    func changes(after last: Int64?) -> [(at: Int64, offset: Int)] {
        guard let summer else { return last.map { [($0, standard)] } ?? [] }
        var found: [(at: Int64, offset: Int, isStart: Bool)] = []
        let firstYear = last.map { CivilDate(daysSinceEpoch: Int(($0 / 86_400))).year - 1 } ?? ScheduleLimits.years.lowerBound - 1
        let end = ScheduleLimits.years.upperBound + 1
        for year in min(max(firstYear, 1800), end)...end {
            found.append((Self.moment(summer.starts, of: year) - Int64(standard), summer.offset, true))
            found.append((Self.moment(summer.ends, of: year) - Int64(summer.offset), standard, false))
        }
        return found.filter { $0.at > last ?? .min }.sorted { ($0.at, $0.isStart ? 1 : 0) < ($1.at, $1.isStart ? 1 : 0) }
            .map { (at: $0.at, offset: $0.offset) }
    }

    /// Local seconds since 1970.
    private static func moment(_ change: Change, of year: Int) -> Int64 {
        let first = CivilDate(year: year, month: 1, day: 1)?.daysSinceEpoch ?? 0
        let day: Int
        switch change.day {
        case .ordinal(let number): day = first + number
        case .julian(let number): day = first + number - 1 + (CivilDate.isLeap(year) && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let start = CivilDate(year: year, month: month, day: 1)
            let begin = start?.daysSinceEpoch ?? first
            let shift = (weekday - (start?.isoWeekday ?? 0) % 7 + 7) % 7
            let length = CivilDate.daysInMonth(month, of: year)
            var number = shift + (week - 1) * 7
            while number >= length { number -= 7 }
            day = begin + number
        }
        return Int64(day) * 86_400 + Int64(change.seconds)
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        /// Letters, or anything between `<` and `>`.
        mutating func name() -> Bool {
            if take("<") {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
                rest = rest[(end + 1)...]
                return true
            }
            let letters = rest.prefix { $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") }
            rest = rest[letters.endIndex...]
            return !letters.isEmpty
        }

        mutating func number(_ range: ClosedRange<Int>) -> Int? {
            let digits = rest.prefix { $0 &- 0x30 < 10 }
            guard digits.count <= 3, let value = Int(String(decoding: digits, as: UTF8.self)), range.contains(value) else { return nil }
            rest = rest[digits.endIndex...]
            return value
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func offset() -> Int? {
            let sign = take("-") ? -1 : 1
            if sign == 1 { _ = take("+") }
            guard var seconds = number(0...167).map({ $0 * 3600 }) else { return nil }
            for size in [60, 1] where take(":") {
                guard let part = number(0...59) else { return nil }
                seconds += part * size
            }
            return sign * seconds
        }

        /// `,M3.5.0/2`, `,J60`, `,59/-1`.
        mutating func change() -> Change? {
            guard take(","), let day = day() else { return nil }
            guard take("/") else { return Change(day: day, seconds: 7200) }
            return offset().map { Change(day: day, seconds: $0) }
        }

        private mutating func day() -> Day? {
            if take("J") { return number(1...365).map { .julian($0) } }
            guard take("M") else { return number(0...365).map { .ordinal($0) } }
            guard let month = number(1...12), take("."), let week = number(1...5), take("."), let day = number(0...6) else { return nil }
            return .weekday(month: month, week: week, day: day)
        }
    }
}
