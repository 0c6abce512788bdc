import SluiceCore

enum DateDifference: ScalarFunction {
    static let manual = Manual(
        "date_diff", aliases: ["datediff"], .dates, "date_diff(unit, start, end)", arguments: 3...3,
        "How many boundaries of the unit lie between two times, negative when the end is earlier: from 23:59 to 00:01 it is one day. Units as in date_trunc.",
        [
            Example("date_diff('day', DATE '2013-01-01', DATE '2013-03-01')", yields: "59"),
            Example("date_diff('second', TIMESTAMP '2013-01-01 00:00:00', TIMESTAMP '2013-01-01 00:01:30')", yields: "90"),
            Example("date_diff('year', DATE '2012-12-31', DATE '2013-01-01')", yields: "1"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let unit = try call.unit(0)
        let sides = [Operand(try call.time(1), call.syntax[1].range), Operand(try call.time(2), call.syntax[2].range)]
        var (type, operands) = try call.binder.unified(sides, "date_diff")
        if type == .date || type == .null {
            type = .timestamp(zoned: false)
            operands = operands.map { Operand($0.converted(to: type), $0.range) }
        }
        return KernelNode(.int64, operands.map(\.node)) { input, _ in
            let (x, y) = (input[0].column.int64s, input[1].column.int64s)
            return .integers(
                ArithmeticKernels.pairs(x, input[0].stride, y, input[1].stride, input.rowCount) { number($1, unit) &- number($0, unit) })
        }
    }

    /// Which one since a fixed time the unit is that a time is in.
    private static func number(_ time: Int64, _ unit: TimeUnit) -> Int64 {
        let (base, count) = unit.size
        if base == .microsecond {
            let (quotient, remainder) = time.quotientAndRemainder(dividingBy: count)
            return remainder < 0 ? quotient - 1 : quotient
        }
        let day = TimeKernels.split(time).day
        switch unit {
        case .day: return Int64(day)
        case .week: return Int64((DateTruncate.day(day, .week) + 3) / 7)
        default:
            let date = CivilDate(daysSinceEpoch: day)
            let months = date.year * 12 + date.month - 1
            return Int64(months >= 0 ? months / Int(count) : (months - Int(count) + 1) / Int(count))
        }
    }
}
