import SluiceCore

enum LastDay: ScalarFunction {
    static let manual = Manual(
        "last_day", .dates, "last_day(date)", arguments: 1...1, "The last day of the month that a date is in.",
        [Example("last_day(DATE '2012-02-10')", yields: "DATE '2012-02-29'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.date, [try call.date(0)]) { input, _ in
            Column(
                .date,
                .int32(
                    input[0].spread(input.rowCount).int32s.map { day in
                        let date = CivilDate(daysSinceEpoch: Int(day))
                        return day + Int32(CivilDate.daysInMonth(date.month, of: date.year) - date.day)
                    }))
        }
    }
}
