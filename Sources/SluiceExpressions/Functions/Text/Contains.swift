import SluiceCore

enum Contains: ScalarFunction {
    static let manual = Manual(
        "contains", .text, "contains(text, part)", arguments: 2...2,
        "Whether a text, or an element of a list, stands somewhere in the first argument.",
        [Example("contains('La Guardia', 'Guard')", yields: "true"), Example("contains([1, 2], 3)", yields: "false")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        if case .list = try call.any(0).type { return try ListContains.bind(call) }
        return KernelNode(.boolean, [try call.text(0), try call.text(1)]) { input, _ in
            input.mapTextPairsToBooleans { text, part in TextKernels.find(part, text) != nil }
        }
    }
}
