import SluiceCore

/// What `lpad` and `rpad` share: filling up to a number of characters.
private enum Padding {
    static func node(_ call: Call, atStart: Bool) throws(ExpressionError) -> any BoundNode {
        let filler = call.count == 3 ? try call.text(2) : ConstantNode(value: .texts(ByteRows(texts: [" "])))
        return KernelNode(.string, [try call.text(0), try call.integer(1), filler]) { input, failures in
            let widths = input.integers(1)
            return input.mapTexts(&failures) { text, row, output, failures in
                let width = widths[row]
                guard width <= ExpressionLimits.textBytes else {
                    return failures.add(row, .limitExceeded, "a width of \(width) is over the limit of \(ExpressionLimits.textBytes)")
                }
                let count = TextKernels.codePoints(text)
                let missing = Int(width) - count
                if missing <= 0 { return output.append(TextKernels.part(text, 0..<TextKernels.offset(ofCodePoint: Int(width), text))) }
                if !atStart { output.append(text) }
                input.withText(2, row) { filler in
                    let whole = max(1, TextKernels.codePoints(filler))
                    if filler.isEmpty { return }
                    output.append(filler, times: missing / whole)
                    output.append(TextKernels.part(filler, 0..<TextKernels.offset(ofCodePoint: missing % whole, filler)))
                }
                if atStart { output.append(text) }
            }
        }
    }
}

enum LeftPad: ScalarFunction {
    static let manual = Manual(
        "lpad", .text, "lpad(text, width[, filler])", arguments: 2...3,
        "The text filled up at the start to a width in characters, with blanks or the filler; a longer text is cut to the width.",
        [Example("lpad('7', 3, '0')", yields: "'007'"), Example("lpad('abcd', 2)", yields: "'ab'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try Padding.node(call, atStart: true) }
}

enum RightPad: ScalarFunction {
    static let manual = Manual(
        "rpad", .text, "rpad(text, width[, filler])", arguments: 2...3,
        "The text filled up at the end to a width in characters, with blanks or the filler; a longer text is cut to the width.",
        [Example("rpad('ab', 5, '.-')", yields: "'ab.-.'"), Example("rpad('é', 2)", yields: "'é '")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try Padding.node(call, atStart: false) }
}
