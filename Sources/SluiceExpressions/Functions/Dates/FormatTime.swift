import SluiceCore

enum FormatTime: ScalarFunction {
    static let manual = Manual(
        "strftime", .dates, "strftime(time, pattern)", arguments: 2...2, "A date or timestamp as text in a constant pattern (see to_date).",
        [
            Example("strftime(DATE '2013-01-05', '%d/%m/%Y')", yields: "'05/01/2013'"),
            Example("strftime(TIMESTAMP '2013-01-05 17:30:00', '%a %-d %B, %I:%M %p')", yields: "'Sat 5 January, 05:30 PM'"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let pattern = try call.timePattern(1)
        return KernelNode(.string, [try call.time(0)]) { input, failures in
            let column = input[0].spread(input.rowCount)
            let times = if case .int32(let days) = column.storage { days.map { Int64($0) * TimeText.microsPerDay } } else { column.int64s }
            return input.makeTexts(bytes: 12 * input.rowCount, &failures) { row, output, _ in pattern.write(times[row], to: &output) }
        }
    }
}
