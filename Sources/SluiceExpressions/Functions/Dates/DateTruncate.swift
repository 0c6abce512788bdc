import SluiceCore

enum DateTruncate: ScalarFunction {
    static let manual = Manual(
        "date_trunc", .dates, "date_trunc(unit, time)", arguments: 2...2,
        "The start of the year, quarter, month, week (Monday), day, hour, minute, second, millisecond or microsecond that a time is in; a date stays a date.",
        [
            Example("date_trunc('month', DATE '2013-01-05')", yields: "DATE '2013-01-01'"),
            Example("date_trunc('hour', TIMESTAMP '2013-01-05 17:30:00')", yields: "TIMESTAMP '2013-01-05 17:00:00'"),
            Example("date_trunc('week', DATE '2013-01-06')", yields: "DATE '2012-12-31'"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let unit = try call.unit(0)
        let time = try call.time(1)
        return KernelNode(time.type, [time]) { input, _ in
            let column = input[0].spread(input.rowCount)
            if case .int32(let days) = column.storage { return Column(.date, .int32(days.map { Int32(day(Int($0), unit)) })) }
            let (base, count) = unit.size
            return Column(
                column.type,
                .int64(
                    column.int64s.map { time in
                        let (day, clock) = TimeKernels.split(time)
                        let start = Int64(Self.day(day, unit)) * TimeText.microsPerDay
                        return base == .microsecond ? start + clock / count * count : start
                    }))
        }
    }

    /// The first day of the unit that a day is in.
    static func day(_ day: Int, _ unit: TimeUnit) -> Int {
        let date = CivilDate(daysSinceEpoch: day)
        switch unit {
        case .year: return day - date.dayOfYear + 1
        case .quarter: return CivilDate(year: date.year, month: (date.month - 1) / 3 * 3 + 1, day: 1)?.daysSinceEpoch ?? day
        case .month: return day - date.day + 1
        case .week: return day - date.isoWeekday + 1
        default: return day
        }
    }
}
