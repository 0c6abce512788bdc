enum Round: ScalarFunction {
    static let manual = Manual(
        "round", .numbers, "round(number[, places])", arguments: 1...2,
        "The number rounded to a constant number of places behind the point (0 unless given, negative for tens and hundreds); halves go away from zero. Decimals stay exact.",
        [
            Example("round(2.5)", yields: "3.0"), Example("round(-2.5)", yields: "-3.0"), Example("round(3.14159, 2)", yields: "3.14"),
            Example("round(1250, -2)", yields: "1300"), Example("round(CAST('2.345' AS decimal(6,3)), 2)", yields: "2.35"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let places = call.count == 2 ? try call.constantInteger(1, in: -38...38) : 0
        return Rounding.node(try call.number(0), places: places, .toNearestOrAwayFromZero)
    }
}
