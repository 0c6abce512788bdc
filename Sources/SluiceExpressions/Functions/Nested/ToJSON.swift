import SluiceCore

enum ToJSON: ScalarFunction {
    static let manual = Manual(
        "to_json", .nested, "to_json(value)", arguments: 1...1,
        "The value as JSON text; times and binaries become strings, a null stays null.",
        [Example("to_json([1, NULL, 3])", yields: "'[1,null,3]'"), Example("to_json('a\"b')", yields: #"'"a\"b"'"#)])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.string, [try call.any(0).node]) { input, failures in
            let column = input[0]
            var bytes: [UInt8] = []
            return input.makeTexts(bytes: column.column.byteCount, &failures) { row, output, _ in
                bytes.removeAll(keepingCapacity: true)
                column.column[row &* column.stride].appendJSON(to: &bytes)
                output.append(bytes)
            }
        }
    }
}
