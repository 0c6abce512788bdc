enum Ceiling: ScalarFunction {
    static let manual = Manual(
        "ceil", aliases: ["ceiling"], .numbers, "ceil(number)", arguments: 1...1,
        "The smallest whole number that is not below; the type stays.",
        [Example("ceil(1.2)", yields: "2.0"), Example("ceil(-1.2)", yields: "-1.0")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { Rounding.node(try call.number(0), places: 0, .up) }
}
