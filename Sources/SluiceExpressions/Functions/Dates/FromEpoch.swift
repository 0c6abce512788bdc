import SluiceCore

enum FromEpoch: ScalarFunction {
    static let manual = Manual(
        "from_epoch", .dates, "from_epoch(count[, unit])", arguments: 1...2,
        "The point in time (timestamptz) so many seconds, or other units from 'day' to 'microsecond', after 1970-01-01 in UTC.",
        [
            Example("from_epoch(86401)", yields: "TIMESTAMPTZ '1970-01-02T00:00:01Z'"),
            Example("from_epoch(1500, 'millisecond')", yields: "TIMESTAMPTZ '1970-01-01T00:00:01.5Z'"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let unit = call.count == 2 ? try call.unit(1) : .second
        guard unit.size.base == .microsecond || unit == .day else {
            throw ExpressionError(
                .typeError, "a \(unit.rawValue) is no unit of Unix time", call.syntax[1].range,
                remedy: "units are day, hour, minute, second, millisecond, microsecond")
        }
        let size = unit == .day ? TimeText.microsPerDay : unit.size.count
        return KernelNode(.timestamp(zoned: true), [try call.integer(0)]) { input, failures in
            var result = input[0].spread(input.rowCount).int64s
            for row in result.indices where input.isValid(row) {
                let (micros, overflow) = result[row].multipliedReportingOverflow(by: size)
                if overflow || !TimeKernels.micros.contains(micros) {
                    failures.add(row, .overflow, "\(result[row]) \(unit.rawValue)s after 1970 is outside the years 0 to 9999")
                    continue
                }
                result[row] = micros
            }
            return Column(.timestamp(zoned: true), .int64(result))
        }
    }
}
