import SluiceCore

enum ListFilter: ScalarFunction {
    static let manual = Manual(
        "list_filter", aliases: ["filter", "array_filter"], .lists, "list_filter(list, x -> condition)", arguments: 2...2,
        "The elements for which the lambda's condition is true; it may also read columns.",
        [Example("list_filter([5, 1, 7], x -> x > 3)", yields: "[5, 7]"), Example("list_filter(['', 'a'], x -> x <> '')", yields: "['a']")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let (list, element) = try call.list(0)
        let body = try call.lambda(1, over: element)
        guard let condition = body.coerced(to: .boolean) else {
            throw ExpressionError(.typeError, "the lambda of list_filter is a condition, not \(body.type)", body.range)
        }
        return LambdaNode(.filter, list, condition.node)
    }
}
