import SluiceCore

enum Sign: ScalarFunction {
    static let manual = Manual(
        "sign", aliases: ["signum"], .numbers, "sign(number)", arguments: 1...1,
        "-1, 0 or 1 for a negative number, zero or a positive number.",
        [Example("sign(-2.5)", yields: "-1"), Example("sign(0)", yields: "0")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.int64, [try call.number(0)]) { input, _ in
            switch input[0].spread(input.rowCount).storage {
            case .int64(let values): .integers(values.map { $0.signum() })
            case .decimal(let values): .integers(values.map { Int64($0.signum()) })
            case .float64(let values): .integers(values.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 })
            default: .nulls(.int64, count: input.rowCount)
            }
        }
    }
}
