enum Truncate: ScalarFunction {
    static let manual = Manual(
        "trunc", .numbers, "trunc(number[, places])", arguments: 1...2, "As round, but cutting towards zero.",
        [Example("trunc(-2.7)", yields: "-2.0"), Example("trunc(1299, -2)", yields: "1200"), Example("trunc(3.149, 2)", yields: "3.14")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let places = call.count == 2 ? try call.constantInteger(1, in: -38...38) : 0
        return Rounding.node(try call.number(0), places: places, .towardZero)
    }
}
