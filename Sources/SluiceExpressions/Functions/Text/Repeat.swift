import SluiceCore

enum Repeat: ScalarFunction {
    static let manual = Manual(
        "repeat", .text, "repeat(text, count)", arguments: 2...2, "The text several times over; empty for a count below 1.",
        [Example("repeat('ab', 3)", yields: "'ababab'"), Example("repeat('ab', -1)", yields: "''")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.string, [try call.text(0), try call.integer(1)]) { input, failures in
            let counts = input.integers(1)
            return input.mapTexts(&failures) { text, row, output, _ in output.append(text, times: Int(counts[row])) }
        }
    }
}
