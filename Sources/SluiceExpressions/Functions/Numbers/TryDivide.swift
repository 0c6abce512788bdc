import SluiceCore

enum TryDivide: ScalarFunction {
    static let manual = Manual(
        "try_divide", .numbers, "try_divide(number, divisor)", arguments: 2...2,
        "The quotient as float64, null where the divisor is 0; with / that would fail the row.",
        [
            Example("try_divide(7, 2)", yields: "3.5"), Example("try_divide(7, 0)", yields: "NULL"),
            Example("7 / 0", fails: "division-by-zero"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.float64, [try call.float(0), try call.float(1)], makesNull: true) { input, _ in
            let (x, y) = (input[0], input[1])
            let divisors = y.spread(input.rowCount).doubles
            let quotients = ArithmeticKernels.pairs(x.column.doubles, x.stride, divisors, 1, input.rowCount) { $0 / $1 }
            return .floats(quotients, validity: ComparisonKernel.packed(input.rowCount) { divisors[$0] != 0 })
        }
    }
}
