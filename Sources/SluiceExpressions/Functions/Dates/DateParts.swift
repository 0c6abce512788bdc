import SluiceCore

/// What the functions of this file share: one whole number from a date or timestamp.
private enum DateParts {
    /// A part of the date.
    static func ofDay(_ call: Call, _ part: @escaping @Sendable (CivilDate) -> Int) throws(ExpressionError) -> any BoundNode {
        KernelNode(.int64, [try call.time(0)]) { input, _ in
            let column = input[0].spread(input.rowCount)
            if case .int32(let days) = column.storage { return .integers(days.map { Int64(part(CivilDate(daysSinceEpoch: Int($0)))) }) }
            return .integers(column.int64s.map { Int64(part(CivilDate(daysSinceEpoch: TimeKernels.split($0).day))) })
        }
    }

    /// A part of the clock, from the seconds since midnight; 0 for a date.
    static func ofClock(_ call: Call, _ part: @escaping @Sendable (Int64) -> Int64) throws(ExpressionError) -> any BoundNode {
        KernelNode(.int64, [try call.time(0)]) { input, _ in
            let column = input[0].spread(input.rowCount)
            if case .int32(let days) = column.storage { return .integers([Int64](repeating: 0, count: days.count)) }
            return .integers(column.int64s.map { part(TimeKernels.split($0).clock / TimeText.microsPerSecond) })
        }
    }
}

enum Year: ScalarFunction {
    static let manual = Manual(
        "year", .dates, "year(time)", arguments: 1...1, "The year of a date or timestamp.",
        [Example("year(DATE '2013-01-05')", yields: "2013")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try DateParts.ofDay(call) { $0.year } }
}

enum Quarter: ScalarFunction {
    static let manual = Manual(
        "quarter", .dates, "quarter(time)", arguments: 1...1, "The quarter of the year, 1 to 4.",
        [Example("quarter(DATE '2013-05-31')", yields: "2")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try DateParts.ofDay(call) { ($0.month + 2) / 3 } }
}

enum Month: ScalarFunction {
    static let manual = Manual(
        "month", .dates, "month(time)", arguments: 1...1, "The month, 1 to 12.", [Example("month(DATE '2013-01-05')", yields: "1")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try DateParts.ofDay(call) { $0.month } }
}

enum Day: ScalarFunction {
    static let manual = Manual(
        "day", aliases: ["dayofmonth"], .dates, "day(time)", arguments: 1...1, "The day of the month, 1 to 31.",
        [Example("day('2013-01-05')", yields: "5")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try DateParts.ofDay(call) { $0.day } }
}

enum DayOfWeek: ScalarFunction {
    static let manual = Manual(
        "day_of_week", aliases: ["isodow"], .dates, "day_of_week(time)", arguments: 1...1,
        "The day of the week as ISO 8601 counts: Monday is 1, Sunday 7.", [Example("day_of_week(DATE '2013-01-06')", yields: "7")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try DateParts.ofDay(call) { $0.isoWeekday } }
}

enum DayOfYear: ScalarFunction {
    static let manual = Manual(
        "day_of_year", aliases: ["dayofyear"], .dates, "day_of_year(time)", arguments: 1...1, "The day of the year, 1 to 366.",
        [Example("day_of_year(DATE '2012-12-31')", yields: "366")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try DateParts.ofDay(call) { $0.dayOfYear } }
}

enum Week: ScalarFunction {
    static let manual = Manual(
        "week", aliases: ["weekofyear"], .dates, "week(time)", arguments: 1...1,
        "The week as ISO 8601 counts, 1 to 53: week 1 has the year's first Thursday, so the first days of January can be in week 52 or 53.",
        [Example("week(DATE '2013-01-05')", yields: "1"), Example("week(DATE '2012-01-01')", yields: "52")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        try DateParts.ofDay(call) { date in
            // The Thursday of the same week tells its year.
            let thursday = CivilDate(daysSinceEpoch: date.daysSinceEpoch + 4 - date.isoWeekday)
            return (thursday.dayOfYear - 1) / 7 + 1
        }
    }
}

enum Hour: ScalarFunction {
    static let manual = Manual(
        "hour", .dates, "hour(time)", arguments: 1...1, "The hour, 0 to 23; 0 of a date.",
        [Example("hour(TIMESTAMP '2013-01-05 17:30:00')", yields: "17")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try DateParts.ofClock(call) { $0 / 3600 } }
}

enum Minute: ScalarFunction {
    static let manual = Manual(
        "minute", .dates, "minute(time)", arguments: 1...1, "The minute, 0 to 59; 0 of a date.",
        [Example("minute(TIMESTAMP '2013-01-05 17:30:00')", yields: "30")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try DateParts.ofClock(call) { $0 / 60 % 60 } }
}

enum Second: ScalarFunction {
    static let manual = Manual(
        "second", .dates, "second(time)", arguments: 1...1, "The whole second, 0 to 59; 0 of a date.",
        [Example("second(TIMESTAMP '2013-01-05 17:30:08.9')", yields: "8")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try DateParts.ofClock(call) { $0 % 60 } }
}
