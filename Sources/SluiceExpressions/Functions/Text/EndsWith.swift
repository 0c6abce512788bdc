import SluiceCore

enum EndsWith: ScalarFunction {
    static let manual = Manual(
        "ends_with", aliases: ["endswith", "suffix"], .text, "ends_with(text, end)", arguments: 2...2,
        "Whether the text ends with another.",
        [Example("ends_with('data.csv.gz', '.gz')", yields: "true"), Example("ends_with('gz', '.gz')", yields: "false")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.boolean, [try call.text(0), try call.text(1)]) { input, _ in
            input.mapTextPairsToBooleans { text, end in
                text.count >= end.count && TextKernels.part(text, (text.count - end.count)..<text.count).elementsEqual(end)
            }
        }
    }
}
