import SluiceCore

enum ListJoin: ScalarFunction {
    static let manual = Manual(
        "list_join", aliases: ["array_to_string", "array_join"], .lists, "list_join(list, separator)", arguments: 2...2,
        "The elements as text with the separator between them; nulls are left out.",
        [Example("list_join(['a', NULL, 'b'], '-')", yields: "'a-b'"), Example("list_join([1, 2], ', ')", yields: "'1, 2'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let list = Operand(try call.list(0).node, call.syntax[0].range).converted(to: .list(.string))
        return KernelNode(.string, [list, try call.text(1)]) { input, failures in
            let (offsets, values) = input[0].spread(input.rowCount).lists
            let texts = values.rows
            return input.makeTexts(bytes: texts.data.count, &failures) { row, output, _ in
                input.withText(1, row) { separator in
                    var isFirst = true
                    for place in Int(offsets[row])..<Int(offsets[row + 1]) where !values.isNull(place) {
                        if output.isFull { return }
                        if !isFirst { output.append(separator) }
                        texts.withRow(place) { output.append($0) }
                        isFirst = false
                    }
                }
            }
        }
    }
}
