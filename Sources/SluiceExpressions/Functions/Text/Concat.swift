import SluiceCore

enum Concat: ScalarFunction {
    static let manual = Manual(
        "concat", .text, "concat(value, …)", arguments: 1...(.max),
        "All arguments as text, one after another. A null argument counts as an empty text; with || the whole result would be null.",
        [Example("concat('flight ', 1545)", yields: "'flight 1545'"), Example("concat('a', NULL, 'b')", yields: "'ab'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        var nodes: [any BoundNode] = []
        for index in 0..<call.count { nodes.append(try call.any(index).converted(to: .string)) }
        return KernelNode(.string, nodes, propagatesNull: false) { input, failures in
            input.makeTexts(bytes: 0, &failures) { row, output, _ in
                for index in input.arguments.indices where !input[index].isNull(row) { input.withText(index, row) { output.append($0) } }
            }
        }
    }
}
