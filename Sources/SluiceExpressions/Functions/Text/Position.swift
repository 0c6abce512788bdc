import SluiceCore

enum Position: ScalarFunction {
    static let manual = Manual(
        "strpos", aliases: ["instr", "position"], .text, "strpos(text, part)", arguments: 2...2,
        "The position of the first occurrence of a part, of which 1 is the first character; 0 where it does not occur.",
        [Example("strpos('straße', 'ße')", yields: "5"), Example("strpos('abc', 'x')", yields: "0")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.int64, [try call.text(0), try call.text(1)]) { input, _ in
            input.mapTextsToIntegers { text, row in
                input.withText(1, row) { part in
                    TextKernels.find(part, text).map { TextKernels.codePoints(TextKernels.part(text, 0..<$0)) + 1 } ?? 0
                }
            }
        }
    }
}
