import SluiceCore

enum Replace: ScalarFunction {
    static let manual = Manual(
        "replace", .text, "replace(text, old, new)", arguments: 3...3,
        "The text with each occurrence of a part replaced, from left to right. An empty part changes nothing.",
        [Example("replace('1.234.567', '.', '')", yields: "'1234567'"), Example("replace('aaa', 'aa', 'b')", yields: "'ba'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.string, [try call.text(0), try call.text(1), try call.text(2)]) { input, failures in
            input.mapTexts(&failures) { text, row, output, _ in
                input.withText(1, row) { old in
                    input.withText(2, row) { new in
                        var start = 0
                        while !old.isEmpty, !output.isFull, let found = TextKernels.find(old, text, from: start) {
                            output.append(TextKernels.part(text, start..<found))
                            output.append(new)
                            start = found + old.count
                        }
                        output.append(TextKernels.part(text, start..<text.count))
                    }
                }
            }
        }
    }
}
