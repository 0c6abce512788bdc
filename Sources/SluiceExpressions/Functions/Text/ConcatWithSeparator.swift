import SluiceCore

enum ConcatWithSeparator: ScalarFunction {
    static let manual = Manual(
        "concat_ws", .text, "concat_ws(separator, value, …)", arguments: 2...(.max),
        "All arguments that are not null as text, with the separator between them.",
        [Example("concat_ws('-', 2013, 1, NULL, 5)", yields: "'2013-1-5'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        var nodes = [try call.text(0)]
        for index in 1..<call.count { nodes.append(try call.any(index).converted(to: .string)) }
        return KernelNode(.string, nodes, propagatesNull: false) { input, failures in
            let separatorValidity = input[0].validity(input.rowCount)
            let column = input.makeTexts(bytes: 0, &failures) { row, output, _ in
                if input[0].isNull(row) { return }
                var isFirst = true
                for index in 1..<input.arguments.count where !input[index].isNull(row) {
                    if !isFirst { input.withText(0, row) { output.append($0) } }
                    input.withText(index, row) { output.append($0) }
                    isFirst = false
                }
            }
            return column.masked(separatorValidity)
        }
    }
}
