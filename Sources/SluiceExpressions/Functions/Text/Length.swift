import SluiceCore

enum Length: ScalarFunction {
    static let manual = Manual(
        "length", aliases: ["char_length", "len"], .text, "length(text)", arguments: 1...1,
        "How many characters (Unicode code points) the text has; of a list, how many elements.",
        [Example("length('é')", yields: "1"), Example("length('N14228')", yields: "6"), Example("length([1, 2])", yields: "2")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        if case .list = try call.any(0).type { return try ListLength.bind(call) }
        return KernelNode(.int64, [try call.text(0)]) { input, _ in input.mapTextsToIntegers { text, _ in TextKernels.codePoints(text) } }
    }
}
