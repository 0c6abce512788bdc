import SluiceCore

enum EpochSeconds: ScalarFunction {
    static let manual = Manual(
        "epoch_seconds", aliases: ["unix_timestamp"], .dates, "epoch_seconds(time)", arguments: 1...1,
        "Whole seconds since 1970-01-01 (Unix time); a timestamp without zone counts as UTC.",
        [
            Example("epoch_seconds(TIMESTAMP '1970-01-02 00:00:01')", yields: "86401"),
            Example("epoch_seconds(DATE '1969-12-31')", yields: "-86400"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.int64, [try call.time(0)]) { input, _ in
            let column = input[0].spread(input.rowCount)
            if case .int32(let days) = column.storage { return .integers(days.map { Int64($0) * 86_400 }) }
            return .integers(
                column.int64s.map { time in
                    let (day, clock) = TimeKernels.split(time)
                    return Int64(day) * 86_400 + clock / TimeText.microsPerSecond
                })
        }
    }
}
