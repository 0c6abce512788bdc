enum ListTransform: ScalarFunction {
    static let manual = Manual(
        "list_transform", aliases: ["transform", "list_apply", "array_transform"], .lists, "list_transform(list, x -> value)",
        arguments: 2...2,
        "The list of what the lambda gives for each element; it may also read columns.",
        [
            Example("list_transform([1, 2, 3], x -> x * 10)", yields: "[10, 20, 30]"),
            Example("list_transform(['a'], x -> upper(x))", yields: "['A']"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let (list, element) = try call.list(0)
        return LambdaNode(.transform, list, try call.lambda(1, over: element).node)
    }
}
