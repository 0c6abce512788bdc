enum ElementAt: ScalarFunction {
    static let manual = Manual(
        "element_at", aliases: ["list_extract", "list_element"], .lists, "element_at(list, index)", arguments: 2...2,
        "The element at a position: 1 is the first, -1 the last; or the value of a map's key; null where there is none. The same as list[index].",
        [
            Example("element_at(['a', 'b'], 2)", yields: "'b'"), Example("element_at([1, 2], -1)", yields: "2"),
            Example("element_at([1], 5)", yields: "NULL"), Example("element_at(map('a', 7), 'a')", yields: "7"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        try call.binder.element(of: try call.any(0), at: try call.any(1), call.range).node
    }
}
