import SluiceCore

enum Abs: ScalarFunction {
    static let manual = Manual(
        "abs", .numbers, "abs(number)", arguments: 1...1, "The number without its sign.",
        [Example("abs(-7)", yields: "7"), Example("abs(-1.5)", yields: "1.5")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let number = try call.number(0)
        return KernelNode(number.type, [number]) { input, failures in
            let column = input[0].spread(input.rowCount)
            switch column.storage {
            case .int64(let values):
                for row in values.indices where values[row] == .min && input.isValid(row) {
                    failures.add(row, .overflow, "abs(\(values[row])) does not fit int64")
                }
                return .integers(values.map { Int64(truncatingIfNeeded: $0.magnitude) })
            case .decimal(let values): return Column(column.type, .decimal(values.map { Int128($0.magnitude) }))
            default: return .floats(column.doubles.map { $0.magnitude })
            }
        }
    }
}
