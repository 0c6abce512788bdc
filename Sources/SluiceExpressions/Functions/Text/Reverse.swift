import SluiceCore

enum Reverse: ScalarFunction {
    static let manual = Manual(
        "reverse", .text, "reverse(text)", arguments: 1...1, "The characters (Unicode code points) in reverse order.",
        [Example("reverse('abc')", yields: "'cba'"), Example("reverse('né')", yields: "'én'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.string, [try call.text(0)]) { input, failures in
            input.mapTexts(&failures) { text, _, output, _ in
                var end = text.count
                while end > 0 {
                    var start = end - 1
                    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
                    output.append(TextKernels.part(text, start..<end))
                    end = start
                }
            }
        }
    }
}
