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
            let texts = input.arguments.indices.map { input.texts($0) }
            return input.makeTexts(bytes: texts.reduce(0) { $0 + $1.rows.data.count }, &failures) { row, output, _ in
                for text in texts where !text.isNull(row) { text.append(row, to: &output) }
            }
        }
    }
}
