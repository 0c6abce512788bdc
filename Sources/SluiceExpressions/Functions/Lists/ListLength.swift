import SluiceCore

enum ListLength: ScalarFunction {
    static let manual = Manual(
        "list_length", aliases: ["cardinality", "array_length", "size"], .lists, "list_length(list)", arguments: 1...1,
        "How many elements the list has, nulls included.",
        [Example("list_length([3, NULL, 5])", yields: "3"), Example("list_length([])", yields: "0")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.int64, [try call.list(0).node]) { input, _ in
            let offsets = input[0].spread(input.rowCount).lists.offsets
            return .integers((0..<input.rowCount).map { Int64(offsets[$0 + 1] - offsets[$0]) })
        }
    }
}
