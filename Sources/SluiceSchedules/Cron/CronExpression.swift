import SluiceCore

/// A cron expression, compiled: sets of seconds, minutes, hours, days, months and years of a local calendar.
///
/// - Complexity: `next` steps over months (up to 40 years for a day such as a fifth Monday in February) and days of one month in bits.
package struct CronExpression: Hashable, Sendable {
    /// Bit n: second or minute n.
    var seconds: UInt64
    var minutes: UInt64
    /// Bit n: hour n.
    var hours: UInt32
    /// Bit n: month n, from 1.
    var months: UInt16
    var days: CronDays
    /// Nil: every one.
    var years: Set<Int>?

    static let secondsPerDay: Int64 = 86_400

    /// The first match at or behind a local time; nil where there is none within `ScheduleLimits.years`.
    ///
    /// - Parameter local: Seconds since 1970-01-01T00:00:00 of the clock.
    package func next(atOrAfter local: Int64) -> Int64? {
        let first = Int64(CivilDate(year: ScheduleLimits.years.lowerBound, month: 1, day: 1)?.daysSinceEpoch ?? 0) * Self.secondsPerDay
        let local = max(local, first)
        let day = local / Self.secondsPerDay
        let start = CivilDate(daysSinceEpoch: Int(day))
        if matches(start), let time = time(atOrAfter: Int(local - day * Self.secondsPerDay)) {
            return day * Self.secondsPerDay + Int64(time)
        }
        guard let date = date(after: start), let time = time(atOrAfter: 0) else { return nil }
        return Int64(date.daysSinceEpoch) * Self.secondsPerDay + Int64(time)
    }

    /// Whether any date is ever matched.
    var isPossible: Bool { date(after: CivilDate(daysSinceEpoch: -1)) != nil }

    private func matches(_ date: CivilDate) -> Bool {
        guard ScheduleLimits.years.contains(date.year), years?.contains(date.year) ?? true, months >> UInt16(date.month) & 1 == 1 else {
            return false
        }
        return days.bits(year: date.year, month: date.month) >> UInt32(date.day) & 1 == 1
    }

    private func date(after start: CivilDate) -> CivilDate? {
        var (year, month, day) = (start.year, start.month, start.day)
        while year <= ScheduleLimits.years.upperBound {
            if let years, !years.contains(year) {
                guard let later = years.filter({ $0 > year }).min() else { return nil }
                (year, month, day) = (later, 1, 0)
            }
            if months >> UInt16(month) & 1 == 1 {
                // Bits above the day; a day of 31 leaves none.
                let rest = days.bits(year: year, month: month) & ~(UInt32.max >> UInt32(31 - day))
                if rest != 0 { return CivilDate(year: year, month: month, day: rest.trailingZeroBitCount) }
            }
            day = 0
            month += 1
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        return nil
    }

    /// Second of the day.
    private func time(atOrAfter start: Int) -> Int? {
        var (hour, minute, second) = (start / 3600, start / 60 % 60, start % 60)
        if let found = Self.bit(seconds, from: second) {
            second = found
        } else {
            second = seconds.trailingZeroBitCount
            minute += 1
        }
        if let found = Self.bit(minutes, from: minute), hours >> UInt32(hour) & 1 == 1 {
            if found != minute { second = seconds.trailingZeroBitCount }
            return hour * 3600 + found * 60 + second
        }
        hour += 1
        guard let found = Self.bit(UInt64(hours), from: hour) else { return nil }
        return found * 3600 + minutes.trailingZeroBitCount * 60 + seconds.trailingZeroBitCount
    }

    /// The lowest bit that is set, from an index on.
    private static func bit(_ set: UInt64, from index: Int) -> Int? {
        guard index < 64 else { return nil }
        let rest = set & (UInt64.max << UInt64(index))
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }
}

/// The days of a month that an expression means.
struct CronDays: Hashable, Sendable {
    /// Bit n: day n, from 1.
    var monthDays: UInt32 = 0
    /// Bit n: the day n before the last (`L-3`; `L` is bit 0).
    var fromEnd: UInt32 = 0
    /// Bit n: the weekday (Monday to Friday) nearest to day n within the month (`15W`).
    var nearest: UInt32 = 0
    /// `LW`: the last weekday of the month.
    var hasLastWeekday = false
    /// Bit n: day n of the week, Sunday is 0.
    var weekdays: UInt8 = 0
    /// Bit 8·n + d: the n-th day d of the month (`2#1`), n from 1 to 5.
    var ordinals: UInt64 = 0
    /// Bit n: the last day n of the month (`5L`).
    var lastWeekdays: UInt8 = 0
    /// A field with `*` or `?` leaves the choice to the other one.
    var leavesMonthDays = false
    var leavesWeekdays = false

    /// Bit n: day n. Two restricted fields are met by a day of either (crontab(5)).
    func bits(year: Int, month: Int) -> UInt32 {
        let length = CivilDate.daysInMonth(month, of: year)
        let all = (UInt32.max >> UInt32(31 - length)) & ~1
        let first = (CivilDate(year: year, month: month, day: 1)?.isoWeekday ?? 0) % 7
        let byDay = monthBits(length, first) & all
        let byWeekday = weekBits(length, first) & all
        return leavesMonthDays || leavesWeekdays ? byDay & byWeekday : byDay | byWeekday
    }

    /// - Parameter first: The weekday of the first, Sunday is 0.
    private func monthBits(_ length: Int, _ first: Int) -> UInt32 {
        var bits = monthDays
        func weekday(_ day: Int) -> Int { (first + day - 1) % 7 }
        if fromEnd != 0 {
            for back in 0..<31 where fromEnd >> UInt32(back) & 1 == 1 && length > back { bits |= 1 << UInt32(length - back) }
        }
        if nearest != 0 {
            for day in 1...31 where nearest >> UInt32(day) & 1 == 1 && day <= length {
                switch weekday(day) {
                case 6: bits |= 1 << UInt32(day > 1 ? day - 1 : 3)
                case 0: bits |= 1 << UInt32(day < length ? day + 1 : day - 2)
                default: bits |= 1 << UInt32(day)
                }
            }
        }
        if hasLastWeekday {
            let last = weekday(length)
            bits |= 1 << UInt32(length - (last == 0 ? 2 : last == 6 ? 1 : 0))
        }
        return bits
    }

    private func weekBits(_ length: Int, _ first: Int) -> UInt32 {
        var bits: UInt32 = 0
        if weekdays == 0x7F { return .max }
        for day in 0..<7 where (weekdays | lastWeekdays) >> UInt8(day) & 1 == 1 || ordinals != 0 {
            let start = 1 + (day - first + 7) % 7
            for (index, date) in stride(from: start, through: length, by: 7).enumerated() {
                let isLast = date + 7 > length
                if weekdays >> UInt8(day) & 1 == 1 || ordinals >> UInt64(8 * (index + 1) + day) & 1 == 1
                    || isLast && lastWeekdays >> UInt8(day) & 1 == 1
                {
                    bits |= 1 << UInt32(date)
                }
            }
        }
        return bits
    }
}
