import SluiceCore

enum Lower: ScalarFunction {
    static let manual = Manual(
        "lower", aliases: ["lcase"], .text, "lower(text)", arguments: 1...1, "The text in lower case, by the rules of Unicode.",
        [Example("lower('ÄRGER')", yields: "'ärger'"), Example("lower('EWR')", yields: "'ewr'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.string, [try call.text(0)]) { input, failures in
            input.mapTexts(&failures) { text, _, output, _ in
                if TextKernels.isASCII(text) {
                    for byte in text { output.append(byte &- 0x41 < 26 ? byte | 0x20 : byte) }
                } else {
                    output.append(TextKernels.string(text).lowercased())
                }
            }
        }
    }
}
