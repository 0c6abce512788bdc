import SluiceCore

/// What the three functions of this file share: cutting characters off the ends.
private enum Trimming {
    static func node(_ call: Call, start: Bool, end: Bool) throws(ExpressionError) -> any BoundNode {
        let text = try call.text(0)
        guard call.count == 2 else {
            return KernelNode(.string, [text]) { input, failures in
                input.mapTexts(&failures) { text, _, output, _ in
                    var (low, high) = (0, text.count)
                    while start, low < high, isBlank(text[low]) { low += 1 }
                    while end, low < high, isBlank(text[high - 1]) { high -= 1 }
                    output.append(TextKernels.part(text, low..<high))
                }
            }
        }
        return KernelNode(.string, [text, try call.text(1)]) { input, failures in
            input.mapTexts(&failures) { text, row, output, _ in
                let cut = Set(input.withText(1, row, TextKernels.string).unicodeScalars)
                var view = Substring(TextKernels.string(text)).unicodeScalars
                while start, let first = view.first, cut.contains(first) { view.removeFirst() }
                while end, let last = view.last, cut.contains(last) { view.removeLast() }
                output.append(String(view))
            }
        }
    }

    /// Space, tab, line ends, vertical tab and form feed.
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }
}

enum Trim: ScalarFunction {
    static let manual = Manual(
        "trim", .text, "trim(text[, characters])", arguments: 1...2,
        "The text without blanks (space, tab, line ends), or without any of the given characters, at both ends.",
        [Example("trim('  EWR ')", yields: "'EWR'"), Example("trim('--a-b-', '-')", yields: "'a-b'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try Trimming.node(call, start: true, end: true) }
}

enum LeftTrim: ScalarFunction {
    static let manual = Manual(
        "ltrim", .text, "ltrim(text[, characters])", arguments: 1...2, "As trim, at the start only.",
        [Example("ltrim('  a ')", yields: "'a '"), Example("ltrim('000120', '0')", yields: "'120'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try Trimming.node(call, start: true, end: false) }
}

enum RightTrim: ScalarFunction {
    static let manual = Manual(
        "rtrim", .text, "rtrim(text[, characters])", arguments: 1...2, "As trim, at the end only.",
        [Example("rtrim(' a  ')", yields: "' a'"), Example("rtrim('1.500', '0')", yields: "'1.5'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try Trimming.node(call, start: false, end: true) }
}
