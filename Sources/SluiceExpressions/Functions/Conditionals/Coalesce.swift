enum Coalesce: ScalarFunction {
    static let manual = Manual(
        "coalesce", aliases: ["ifnull", "nvl"], .conditionals, "coalesce(value, …)", arguments: 1...(.max),
        "The first argument that is not null. Arguments behind it are not evaluated.",
        [Example("coalesce(NULL, 'unknown')", yields: "'unknown'"), Example("coalesce(7, 1 / 0)", yields: "7.0")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let (type, nodes) = try call.unified()
        return CoalesceNode(type: type, arguments: nodes)
    }
}
