import SluiceCore

/// Arithmetic of dates (days) and timestamps (microseconds).
enum TimeKernels {
    /// Dates that ISO text with four-digit years can write; results outside fail.
    static let days = -719_528...2_932_896
    static let micros: ClosedRange<Int64> = (-719_528 * TimeText.microsPerDay)...(2_932_897 * TimeText.microsPerDay - 1)

    /// A date stays a date unless hours or less are added.
    static func shifted(_ node: any BoundNode, by interval: Interval) -> any BoundNode {
        if node.type == .date, interval.micros == 0 {
            return KernelNode(.date, [node]) { input, failures in
                let dates = input[0].spread(input.rowCount).int32s
                return Column(.date, .int32(shiftedDays(dates, by: interval, input, &failures)))
            }
        }
        if node.type == .date { return shifted(Operand(node, 0..<0).converted(to: .timestamp(zoned: false)), by: interval) }
        return KernelNode(node.type, [node]) { input, failures in
            let column = input[0].spread(input.rowCount)
            var result = column.int64s
            for row in result.indices where input.isValid(row) {
                guard let moved = shifted(result[row], by: interval) else {
                    failures.add(row, .overflow, "the time is outside the years 0 to 9999")
                    continue
                }
                result[row] = moved
            }
            return Column(column.type, .int64(result))
        }
    }

    private static func shiftedDays(_ dates: [Int32], by interval: Interval, _ input: KernelInput, _ failures: inout Failures) -> [Int32] {
        var result = dates
        for row in result.indices where input.isValid(row) {
            let moved = addingMonths(interval.months, to: Int(result[row])).map { $0.addingReportingOverflow(Int(interval.days)) }
            guard let moved, !moved.overflow, days.contains(moved.partialValue) else {
                failures.add(row, .overflow, "the date is outside the years 0 to 9999")
                continue
            }
            result[row] = Int32(moved.partialValue)
        }
        return result
    }

    /// Months first, then days, then the clock; nil outside the years 0 to 9999.
    static func shifted(_ time: Int64, by interval: Interval) -> Int64? {
        let (day, clock) = split(time)
        guard let moved = addingMonths(interval.months, to: day) else { return nil }
        let (sum, overflow) = moved.addingReportingOverflow(Int(interval.days))
        guard !overflow, days.contains(sum) else { return nil }
        let (result, overflowMicros) = (Int64(sum) * TimeText.microsPerDay + clock).addingReportingOverflow(interval.micros)
        return !overflowMicros && micros.contains(result) ? result : nil
    }

    /// The same day of another month, or its last where the month is shorter; nil outside the years 0 to 9999.
    static func addingMonths(_ months: Int64, to day: Int) -> Int? {
        if months == 0 { return day }
        let date = CivilDate(daysSinceEpoch: day)
        guard abs(months) < 12 * 20_000 else { return nil }
        let total = date.year * 12 + date.month - 1 + Int(months)
        let year = total >= 0 ? total / 12 : (total - 11) / 12
        let month = total - year * 12 + 1
        guard TimeText.years.contains(year) else { return nil }
        let last = CivilDate.daysInMonth(month, of: year)
        return CivilDate(year: year, month: month, day: min(date.day, last))?.daysSinceEpoch
    }

    /// The day of a timestamp and the microseconds since its midnight.
    @inline(__always)
    static func split(_ time: Int64) -> (day: Int, clock: Int64) {
        var (day, clock) = time.quotientAndRemainder(dividingBy: TimeText.microsPerDay)
        if clock < 0 { (day, clock) = (day - 1, clock + TimeText.microsPerDay) }
        return (Int(day), clock)
    }

    static func daysBetween(_ a: any BoundNode, _ b: any BoundNode) -> any BoundNode {
        KernelNode(.int64, [a, b]) { input, _ in
            let (x, y) = (input[0].column.int32s, input[1].column.int32s)
            return .integers(ArithmeticKernels.pairs(x, input[0].stride, y, input[1].stride, input.rowCount) { Int64($0) - Int64($1) })
        }
    }

    static func addingDays(_ date: any BoundNode, _ days: any BoundNode, negated: Bool) -> any BoundNode {
        KernelNode(.date, [date, days]) { input, failures in
            let (dates, amounts) = (input[0].column.int32s, input[1].column.int64s)
            var result = [Int32](repeating: 0, count: input.rowCount)
            for row in result.indices where input.isValid(row) {
                let start = Int64(dates[row &* input[0].stride])
                let amount = amounts[row &* input[1].stride]
                let (sum, overflow) = negated ? start.subtractingReportingOverflow(amount) : start.addingReportingOverflow(amount)
                guard !overflow, TimeKernels.days.contains(Int(sum)) else {
                    failures.add(row, .overflow, "the date is outside the years 0 to 9999")
                    continue
                }
                result[row] = Int32(sum)
            }
            return Column(.date, .int32(result))
        }
    }
}
