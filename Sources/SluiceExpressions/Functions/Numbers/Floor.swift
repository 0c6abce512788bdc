enum Floor: ScalarFunction {
    static let manual = Manual(
        "floor", .numbers, "floor(number)", arguments: 1...1, "The greatest whole number that is not above; the type stays.",
        [Example("floor(1.8)", yields: "1.0"), Example("floor(-1.2)", yields: "-2.0")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { Rounding.node(try call.number(0), places: 0, .down) }
}
