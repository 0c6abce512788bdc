import SluiceCore

enum Lower: ScalarFunction {
    static let manual = Manual(
        "lower", aliases: ["lcase"], .text, "lower(text)", arguments: 1...1, "The text in lower case, by the rules of Unicode.",
        [Example("lower('ÄRGER')", yields: "'ärger'"), Example("lower('EWR')", yields: "'ewr'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.string, [try call.text(0)]) { input, failures in
            TextKernels.mapCase(input, &failures, ascii: { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }, unicode: { $0.lowercased() })
        }
    }
}
