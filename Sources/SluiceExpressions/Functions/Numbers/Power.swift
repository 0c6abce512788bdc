import Glibc
import SluiceCore

enum Power: ScalarFunction {
    static let manual = Manual(
        "power", aliases: ["pow"], .numbers, "power(base, exponent)", arguments: 2...2,
        "The base to the power of the exponent, as float64.",
        [
            Example("power(2, 10)", yields: "1024.0"), Example("power(4, 0.5)", yields: "2.0"),
            Example("power(-8, 0.5)", fails: "invalid-argument"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.float64, [try call.float(0), try call.float(1)]) { input, failures in
            let (bases, exponents) = (input[0], input[1])
            let (x, y) = (bases.column.doubles, exponents.column.doubles)
            let result = ArithmeticKernels.pairs(x, bases.stride, y, exponents.stride, input.rowCount) { Glibc.pow($0, $1) }
            for row in result.indices where result[row].isNaN && input.isValid(row) {
                let (base, exponent) = (x[row &* bases.stride], y[row &* exponents.stride])
                if !base.isNaN, !exponent.isNaN { failures.add(row, .invalidArgument, "power(\(base), \(exponent)) is undefined") }
            }
            return .floats(result)
        }
    }
}
