import SluiceCore

enum ListReduce: ScalarFunction {
    static let manual = Manual(
        "list_reduce", aliases: ["reduce", "array_reduce"], .lists, "list_reduce(list, (total, x) -> value[, initial])", arguments: 2...3,
        "One value from a list: the lambda is given what it gave before and the next element. It starts with `initial`, or else with the "
            + "first element; an empty list without `initial` gives null.",
        [
            Example("list_reduce([1, 2, 3], (total, x) -> total + x)", yields: "6"),
            Example("list_reduce(['a', 'b'], (text, x) -> text || x, '>')", yields: "'>ab'"),
            Example("list_reduce([3, 9, 4], (most, x) -> greatest(most, x))", yields: "9"),
            Example("list_reduce([], (total, x) -> total + x, 0)", yields: "0"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let (list, element) = try call.list(0)
        let initial = call.count == 3 ? try call.any(2) : nil
        var type = initial?.type ?? element
        // What the lambda gives may be wider than what it was given: then it is bound again for the wider type.
        for _ in 0..<4 {
            let body = try call.lambda(1, over: [type, element])
            if let fitting = body.coerced(to: type) {
                return ReduceNode(
                    list: list, initial: initial?.coerced(to: type)?.node, body: fitting.node, type: type)
            }
            guard let wider = DataType.common(type, body.type), initial?.coerced(to: wider) != nil || element.widens(to: wider) else {
                throw ExpressionError(
                    .typeError, "the lambda of list_reduce is given a total of type \(type), but gives \(body.type)", body.range,
                    remedy: "convert what it gives, or the initial value, with CAST(… AS …)")
            }
            type = wider
        }
        throw call.mismatch(1, "a lambda that gives what it is given")
    }
}
