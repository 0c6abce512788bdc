import SluiceCore

enum MakeDate: ScalarFunction {
    static let manual = Manual(
        "make_date", .dates, "make_date(year, month, day)", arguments: 3...3,
        "The date of three numbers; a date that does not exist fails.",
        [Example("make_date(2013, 1, 5)", yields: "DATE '2013-01-05'"), Example("make_date(2013, 2, 29)", fails: "value-does-not-fit")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.date, [try call.integer(0), try call.integer(1), try call.integer(2)]) { input, failures in
            let (years, months, days) = (input.integers(0), input.integers(1), input.integers(2))
            var result = [Int32](repeating: 0, count: input.rowCount)
            for row in result.indices where input.isValid(row) {
                guard let date = day(years[row], months[row], days[row]) else {
                    failures.add(row, .valueDoesNotFit, "there is no date of year \(years[row]), month \(months[row]), day \(days[row])")
                    continue
                }
                result[row] = Int32(date)
            }
            return Column(.date, .int32(result))
        }
    }

    /// Days since 1970; nil for a date that does not exist or is outside the years 0 to 9999.
    static func day(_ year: Int64, _ month: Int64, _ day: Int64) -> Int? {
        guard TimeText.years.contains(Int(year)) else { return nil }
        return CivilDate(year: Int(year), month: Int(month), day: Int(day))?.daysSinceEpoch
    }
}

enum MakeTimestamp: ScalarFunction {
    static let manual = Manual(
        "make_timestamp", .dates, "make_timestamp(year, month, day, hour, minute, second)", arguments: 6...6,
        "The timestamp of six numbers, of which the second may have a fraction; a time that does not exist fails.",
        [
            Example("make_timestamp(2013, 1, 5, 17, 30, 8.5)", yields: "TIMESTAMP '2013-01-05 17:30:08.5'"),
            Example("make_timestamp(2013, 1, 5, 24, 0, 0)", fails: "value-does-not-fit"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        var nodes: [any BoundNode] = []
        for index in 0..<5 { nodes.append(try call.integer(index)) }
        nodes.append(try call.float(5))
        return KernelNode(.timestamp(zoned: false), nodes) { input, failures in
            let parts = (0..<5).map { input.integers($0) }
            let (seconds, stride) = (input[5].column.doubles, input[5].stride)
            var result = [Int64](repeating: 0, count: input.rowCount)
            for row in result.indices where input.isValid(row) {
                let (hour, minute, second) = (parts[3][row], parts[4][row], seconds[row &* stride])
                guard let day = MakeDate.day(parts[0][row], parts[1][row], parts[2][row]), (0..<24).contains(hour),
                    (0..<60).contains(minute),
                    second >= 0, second < 60
                else {
                    let written = (0..<5).map { "\(parts[$0][row])" }.joined(separator: ", ")
                    failures.add(row, .valueDoesNotFit, "there is no time of \(written), \(second)")
                    continue
                }
                let clock = (hour * 3600 + minute * 60) * TimeText.microsPerSecond + Int64((second * 1_000_000).rounded())
                result[row] = Int64(day) * TimeText.microsPerDay + clock
            }
            return Column(.timestamp(zoned: false), .int64(result))
        }
    }
}
