import SluiceCore

enum SubstringFunction: ScalarFunction {
    static let manual = Manual(
        "substring", aliases: ["substr"], .text, "substring(text, start[, length])", arguments: 2...3,
        "Characters from a position on, of which 1 is the first; a negative start counts from the end. Positions outside the text are left out.",
        [
            Example("substring('flights', 1, 3)", yields: "'fli'"), Example("substring('straße', 5)", yields: "'ße'"),
            Example("substring('flights', -2)", yields: "'ts'"), Example("substring('abc', 0, 2)", yields: "'a'"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let arguments = [try call.text(0), try call.integer(1)] + (call.count == 3 ? [try call.integer(2)] : [])
        return KernelNode(.string, arguments) { input, failures in
            let starts = input.integers(1)
            let lengths = input.arguments.count == 3 ? input.integers(2) : nil
            return input.mapTexts(&failures) { text, row, output, _ in
                output.append(TextKernels.part(text, bytes(text, starts[row], lengths?[row] ?? .max)))
            }
        }
    }

    /// The bytes of `length` characters from position `start` on.
    private static func bytes(_ text: UnsafeBufferPointer<UInt8>, _ start: Int64, _ length: Int64) -> Range<Int> {
        let isASCII = TextKernels.isASCII(text)
        let count = Int64(isASCII ? text.count : TextKernels.codePoints(text))
        // 0-based, before the text is cut to what is there.
        let first = start > 0 ? start - 1 : start < 0 ? max(count &+ start, -count) : -1
        let end = length <= 0 ? first : first.addingReportingOverflow(length).overflow ? .max : first + length
        let low = Int(min(max(first, 0), count))
        let high = max(low, Int(min(max(end, 0), count)))
        if isASCII { return low..<high }
        let from = TextKernels.offset(ofCodePoint: low, text)
        return from..<(from + TextKernels.offset(ofCodePoint: high - low, TextKernels.part(text, from..<text.count)))
    }
}
