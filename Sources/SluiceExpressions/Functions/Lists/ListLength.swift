import SluiceCore

enum ListLength: ScalarFunction {
    static let manual = Manual(
        "list_length", aliases: ["cardinality", "array_length", "size"], .lists, "list_length(list)", arguments: 1...1,
        "How many elements the list has, nulls included, or entries the map.",
        [
            Example("list_length([3, NULL, 5])", yields: "3"), Example("list_length([])", yields: "0"),
            Example("cardinality(map('a', 1))", yields: "1"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let operand = try call.any(0)
        let node = if case .map = operand.type { operand.node } else { try call.list(0).node }
        return KernelNode(.int64, [node]) { input, _ in
            let column = input[0].spread(input.rowCount)
            let offsets = if case .map(let offsets, _, _) = column.storage { offsets } else { column.lists.offsets }
            return .integers((0..<input.rowCount).map { Int64(offsets[$0 + 1] - offsets[$0]) })
        }
    }
}
