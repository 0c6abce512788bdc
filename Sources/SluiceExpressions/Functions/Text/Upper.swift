import SluiceCore

enum Upper: ScalarFunction {
    static let manual = Manual(
        "upper", aliases: ["ucase"], .text, "upper(text)", arguments: 1...1, "The text in upper case, by the rules of Unicode.",
        [Example("upper('straße')", yields: "'STRASSE'"), Example("upper('Tail N14228')", yields: "'TAIL N14228'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.string, [try call.text(0)]) { input, failures in
            input.mapTexts(&failures) { text, _, output, _ in
                if TextKernels.isASCII(text) {
                    for byte in text { output.append(byte &- 0x61 < 26 ? byte & 0xDF : byte) }
                } else {
                    output.append(TextKernels.string(text).uppercased())
                }
            }
        }
    }
}
