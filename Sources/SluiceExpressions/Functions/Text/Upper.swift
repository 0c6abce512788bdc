import SluiceCore

enum Upper: ScalarFunction {
    static let manual = Manual(
        "upper", aliases: ["ucase"], .text, "upper(text)", arguments: 1...1, "The text in upper case, by the rules of Unicode.",
        [Example("upper('straße')", yields: "'STRASSE'"), Example("upper('Tail N14228')", yields: "'TAIL N14228'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.string, [try call.text(0)]) { input, failures in
            TextKernels.mapCase(input, &failures, ascii: { $0 &- 0x61 < 26 ? $0 & 0xDF : $0 }, unicode: { $0.uppercased() })
        }
    }
}
