enum Modulo: ScalarFunction {
    static let manual = Manual(
        "mod", .numbers, "mod(number, divisor)", arguments: 2...2,
        "The remainder of the division, with the sign of the number; the same as number % divisor. A divisor of 0 fails: mod(a, nullif(b, 0)) is null there.",
        [Example("mod(7, 3)", yields: "1"), Example("mod(-7, 3)", yields: "-1"), Example("mod(1, 0)", fails: "division-by-zero")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        try call.binder.arithmetic(.modulo, try call.any(0), try call.any(1), call.range).node
    }
}
