import SluiceCore

enum ToDate: ScalarFunction {
    static let manual = Manual(
        "to_date", .dates, "to_date(text[, pattern])", arguments: 1...2,
        "The date that a text writes in a constant pattern, 2013-01-05 unless given. A text that does not follow it, or a date that does not exist, fails. Pattern: "
            + TimePattern.manual + ".",
        [
            Example("to_date('05/01/2013', '%d/%m/%Y')", yields: "DATE '2013-01-05'"),
            Example("to_date('5 Jan 13', '%d %b %y')", yields: "DATE '2013-01-05'"),
            Example("to_date('31/02/2013', '%d/%m/%Y')", fails: "value-does-not-fit"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        guard call.count == 2 else {
            guard call.operands[0]?.type == .string else { return try call.date(0) }
            return Operand(try call.text(0), call.syntax[0].range).converted(to: .date)
        }
        let pattern = try call.timePattern(1)
        return KernelNode(.date, [try call.text(0)]) { input, failures in
            Column(.date, .int32(TimeReading.micros(input, pattern, "date", &failures).map { Int32(TimeKernels.split($0).day) }))
        }
    }
}

enum TimeReading {
    /// The texts of argument 0 as microseconds; a text that does not follow the pattern fails.
    static func micros(_ input: KernelInput, _ pattern: TimePattern, _ noun: String, _ failures: inout Failures) -> [Int64] {
        var result = [Int64](repeating: 0, count: input.rowCount)
        let stride = input[0].stride
        input[0].column.rows.withReader { texts in
            for row in result.indices where input.isValid(row) {
                guard let time = pattern.read(texts[row &* stride]) else {
                    failures.add(
                        row, .valueDoesNotFit,
                        "\(TextKernels.string(texts[row &* stride]).quotedForMessage) is not a \(noun) of this pattern")
                    continue
                }
                result[row] = time.utcMicros
            }
        }
        return result
    }
}
