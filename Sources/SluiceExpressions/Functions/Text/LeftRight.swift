import SluiceCore

/// What `left` and `right` share: characters at one end.
private enum Ends {
    static func node(_ call: Call, fromStart: Bool) throws(ExpressionError) -> any BoundNode {
        KernelNode(.string, [try call.text(0), try call.integer(1)]) { input, failures in
            let counts = input.integers(1)
            return input.mapTexts(&failures) { text, row, output, _ in
                let count = Int64(TextKernels.codePoints(text))
                let wanted = counts[row]
                let kept = Int(wanted >= 0 ? min(wanted, count) : max(count &+ max(wanted, -count), 0))
                let cut = TextKernels.offset(ofCodePoint: fromStart ? kept : Int(count) - kept, text)
                output.append(TextKernels.part(text, fromStart ? 0..<cut : cut..<text.count))
            }
        }
    }
}

enum Left: ScalarFunction {
    static let manual = Manual(
        "left", .text, "left(text, count)", arguments: 2...2, "The first characters; with a negative count all but the last ones.",
        [Example("left('flights', 3)", yields: "'fli'"), Example("left('flights', -2)", yields: "'fligh'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try Ends.node(call, fromStart: true) }
}

enum Right: ScalarFunction {
    static let manual = Manual(
        "right", .text, "right(text, count)", arguments: 2...2, "The last characters; with a negative count all but the first ones.",
        [Example("right('flights', 3)", yields: "'hts'"), Example("right('flights', -2)", yields: "'ights'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try Ends.node(call, fromStart: false) }
}
