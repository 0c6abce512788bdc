import SluiceCore

/// A constant as the text writes it.
package enum Literal: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// Digits, perhaps with a point or an exponent, perhaps with a minus in front; its type depends on what it is combined with.
    case number(String)
    case text(String)
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00.
    case timestamp(Int64, zoned: Bool)
}

/// A span of the calendar and the clock: `INTERVAL '1 month 2 days'`.
package struct Interval: Hashable, Sendable {
    package var months: Int64 = 0
    package var days: Int64 = 0
    package var micros: Int64 = 0

    var negated: Interval { Interval(months: -months, days: -days, micros: -micros) }

    /// Adds `amount` units; nil for an unknown unit or a number that is out of range.
    func adding(_ amount: Int64, _ unit: TimeUnit) -> Interval? {
        var result = self
        let (scaled, overflowed) = amount.multipliedReportingOverflow(by: unit.size.count)
        guard !overflowed, scaled.magnitude < 1 << 62 else { return nil }
        let overflow: Bool
        switch unit.size.base {
        case .month: (result.months, overflow) = months.addingReportingOverflow(scaled)
        case .day: (result.days, overflow) = days.addingReportingOverflow(scaled)
        default: (result.micros, overflow) = micros.addingReportingOverflow(scaled)
        }
        return overflow ? nil : result
    }
}

/// Units of intervals, `date_trunc`, `date_diff` and `date_add`.
package enum TimeUnit: String, CaseIterable, Sendable {
    case year, quarter, month, week, day, hour, minute, second, millisecond, microsecond

    /// The unit by its name in any letter case, singular or plural.
    init?(named name: String) {
        let lower = name.lowercased()
        guard let unit = Self(rawValue: lower) ?? Self(rawValue: lower.hasSuffix("s") ? String(lower.dropLast()) : lower) else {
            return nil
        }
        self = unit
    }

    /// The unit as a number of months, days or microseconds.
    var size: (base: TimeUnit, count: Int64) {
        switch self {
        case .year: (.month, 12)
        case .quarter: (.month, 3)
        case .month: (.month, 1)
        case .week: (.day, 7)
        case .day: (.day, 1)
        case .hour: (.microsecond, 3_600_000_000)
        case .minute: (.microsecond, 60_000_000)
        case .second: (.microsecond, 1_000_000)
        case .millisecond: (.microsecond, 1000)
        case .microsecond: (.microsecond, 1)
        }
    }

    static let names = allCases.map(\.rawValue)
}
