/// Stretches of time that a calendar has, in UTC, the shortest first.
package enum CalendarUnit: String, CaseIterable, Comparable, Sendable {
    case hour, day, month, year

    static let microsPerHour: Int64 = 3_600_000_000

    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The hour, day, month or year that a moment is in.
    ///
    /// - Parameter micros: Since 1970.
    package func range(around micros: Int64) -> TimeRange {
        switch self {
        case .hour:
            let start = Self.floor(micros, Self.microsPerHour)
            return TimeRange(start, start + Self.microsPerHour)
        case .day:
            let start = Self.floor(micros, TimeText.microsPerDay)
            return TimeRange(start, start + TimeText.microsPerDay)
        case .month:
            let date = Self.date(micros)
            let isLast = date.month == 12
            return TimeRange(
                Self.micros(date.year, date.month), Self.micros(isLast ? date.year + 1 : date.year, isLast ? 1 : date.month + 1))
        case .year:
            let date = Self.date(micros)
            return TimeRange(Self.micros(date.year, 1), Self.micros(date.year + 1, 1))
        }
    }

    /// What the stretch around a moment is called: `2024`, `2024-03`, `2024-03-01`, `2024-03-01T10`.
    package func name(of micros: Int64) -> String {
        let text = Value.timestamp(range(around: micros).startMicros, zoned: false).description
        switch self {
        case .hour: return String(text.prefix(13))
        case .day: return String(text.prefix(10))
        case .month: return String(text.prefix(7))
        case .year: return String(text.prefix(4))
        }
    }

    private static func floor(_ micros: Int64, _ size: Int64) -> Int64 {
        let rest = micros % size
        return micros - (rest < 0 ? rest + size : rest)
    }

    private static func date(_ micros: Int64) -> CivilDate {
        CivilDate(daysSinceEpoch: Int(floor(micros, TimeText.microsPerDay) / TimeText.microsPerDay))
    }

    private static func micros(_ year: Int, _ month: Int) -> Int64 {
        Int64(CivilDate(year: year, month: month, day: 1)?.daysSinceEpoch ?? 0) * TimeText.microsPerDay
    }
}
