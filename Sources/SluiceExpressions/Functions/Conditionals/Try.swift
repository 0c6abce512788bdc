enum Try: ScalarFunction {
    static let manual = Manual(
        "try", .conditionals, "try(value)", arguments: 1...1, "The value, and null instead of a failure of the row.",
        [Example("try(1 / 0)", yields: "NULL"), Example("coalesce(try('x'::int64), 0)", yields: "0")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { TryNode(argument: try call.any(0).node) }
}
