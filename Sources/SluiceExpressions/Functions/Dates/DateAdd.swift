import SluiceCore

enum DateAdd: ScalarFunction {
    static let manual = Manual(
        "date_add", aliases: ["dateadd"], .dates, "date_add(unit, count, time)", arguments: 3...3,
        "A time so many units later, or earlier for a negative count; a month's day that does not exist becomes its last. With constant counts time + INTERVAL '1 month' does the same.",
        [
            Example("date_add('day', 30, DATE '2013-01-05')", yields: "DATE '2013-02-04'"),
            Example("date_add('month', 1, DATE '2013-01-31')", yields: "DATE '2013-02-28'"),
            Example("date_add('minute', -90, TIMESTAMP '2013-01-01 00:30:00')", yields: "TIMESTAMP '2012-12-31 23:00:00'"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let unit = try call.unit(0)
        let counts = try call.integer(1)
        var time = try call.time(2)
        if time.type == .date, unit.size.base == .microsecond {
            time = Operand(time, call.range).converted(to: .timestamp(zoned: false))
        }
        return KernelNode(time.type, [time, counts]) { input, failures in
            let column = input[0].spread(input.rowCount)
            let counts = input.integers(1)
            let isDate = column.type == .date
            var result = isDate ? column.int32s.map { Int64($0) * TimeText.microsPerDay } : column.int64s
            for row in result.indices where input.isValid(row) {
                guard let interval = Interval().adding(counts[row], unit), let moved = TimeKernels.shifted(result[row], by: interval) else {
                    failures.add(row, .overflow, "\(counts[row]) \(unit.rawValue)s later is outside the years 0 to 9999")
                    continue
                }
                result[row] = moved
            }
            if isDate { return Column(.date, .int32(result.map { Int32($0 / TimeText.microsPerDay) })) }
            return Column(column.type, .int64(result))
        }
    }
}
