import Glibc

// Functions of one float64 that are a line of the C library each.

enum SquareRoot: ScalarFunction {
    static let manual = Manual(
        "sqrt", .numbers, "sqrt(number)", arguments: 1...1, "The square root as float64; a negative number fails.",
        [Example("sqrt(2.25)", yields: "1.5"), Example("sqrt(-1)", fails: "invalid-argument")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        ArithmeticKernels.mapped(try call.float(0), "sqrt", isDefined: { !($0 < 0) }, { $0.squareRoot() })
    }
}

enum Exponential: ScalarFunction {
    static let manual = Manual(
        "exp", .numbers, "exp(number)", arguments: 1...1, "e to the power of the number, as float64.", [Example("exp(0)", yields: "1.0")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        ArithmeticKernels.mapped(try call.float(0), "exp") { Glibc.exp($0) }
    }
}

enum NaturalLogarithm: ScalarFunction {
    static let manual = Manual(
        "ln", .numbers, "ln(number)", arguments: 1...1, "The natural logarithm as float64; zero and negative numbers fail.",
        [Example("ln(1)", yields: "0.0"), Example("ln(0)", fails: "invalid-argument")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        ArithmeticKernels.mapped(try call.float(0), "ln", isDefined: { !($0 <= 0) }, { Glibc.log($0) })
    }
}

enum DecadicLogarithm: ScalarFunction {
    static let manual = Manual(
        "log10", .numbers, "log10(number)", arguments: 1...1, "The logarithm to base 10 as float64; zero and negative numbers fail.",
        [Example("log10(1000)", yields: "3.0"), Example("log10(-1)", fails: "invalid-argument")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        ArithmeticKernels.mapped(try call.float(0), "log10", isDefined: { !($0 <= 0) }, { Glibc.log10($0) })
    }
}
