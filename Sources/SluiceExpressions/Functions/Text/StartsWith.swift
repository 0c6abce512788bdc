import SluiceCore

enum StartsWith: ScalarFunction {
    static let manual = Manual(
        "starts_with", aliases: ["startswith"], .text, "starts_with(text, start)", arguments: 2...2,
        "Whether the text starts with another.",
        [Example("starts_with('N14228', 'N1')", yields: "true"), Example("starts_with('a', 'ab')", yields: "false")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.boolean, [try call.text(0), try call.text(1)]) { input, _ in
            input.mapTextPairsToBooleans { text, start in
                text.count >= start.count && TextKernels.part(text, 0..<start.count).elementsEqual(start)
            }
        }
    }
}
