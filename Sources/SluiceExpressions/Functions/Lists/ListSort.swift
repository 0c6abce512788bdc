import SluiceCore

enum ListSort: ScalarFunction {
    static let manual = Manual(
        "list_sort", aliases: ["array_sort"], .lists, "list_sort(list[, order])", arguments: 1...2,
        "The elements in ascending order, or descending with 'desc'; nulls come last.",
        [
            Example("list_sort([3, NULL, 1, 2])", yields: "[1, 2, 3, NULL]"),
            Example("list_sort(['b', 'c', 'a'], 'desc')", yields: "['c', 'b', 'a']"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let list = try call.list(0).node
        let order = call.count == 2 ? try call.constantText(1).lowercased() : "asc"
        guard order == "asc" || order == "desc" else {
            throw ExpressionError(.typeError, "an order is 'asc' or 'desc', not \(order.quotedForMessage)", call.syntax[1].range)
        }
        let sign = order == "asc" ? 1 : -1
        return KernelNode(list.type, [list]) { input, _ in
            let (offsets, values) = input[0].spread(input.rowCount).lists
            var positions = (0..<Int32(values.count)).map { $0 }
            for row in 0..<input.rowCount where offsets[row + 1] - offsets[row] > 1 {
                positions[Int(offsets[row])..<Int(offsets[row + 1])].sort { a, b in
                    let (isNullA, isNullB) = (values.isNull(Int(a)), values.isNull(Int(b)))
                    if isNullA || isNullB { return !isNullA && isNullB }
                    return RowOrder.compare(values, Int(a), values, Int(b)) * sign < 0
                }
            }
            return Column(list.type, .list(offsets: offsets, values: values.gather(positions)))
        }
    }
}
