import SluiceCore

enum Split: ScalarFunction {
    static let manual = Manual(
        "split", aliases: ["string_split", "str_split"], .text, "split(text, separator)", arguments: 2...2,
        "The parts of the text between separators, as a list. An empty separator gives the characters.",
        [Example("split('a,b,,c', ',')", yields: "['a', 'b', '', 'c']"), Example("split('né', '')", yields: "['n', 'é']")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.list(.string), [try call.text(0), try call.text(1)]) { input, _ in
            var parts = ByteRows()
            var offsets: [Int32] = [0]
            for row in 0..<input.rowCount {
                if input.isValid(row) {
                    input.withText(0, row) { text in input.withText(1, row) { forEachPart(of: text, between: $0) { parts.append($0) } } }
                }
                offsets.append(Int32(parts.count))
            }
            return Column(.list(.string), .list(offsets: offsets, values: .texts(parts)))
        }
    }

    /// Calls `body` with each part; a text without the separator is one part.
    static func forEachPart(
        of text: UnsafeBufferPointer<UInt8>, between separator: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        var start = 0
        if separator.isEmpty {
            while start < text.count {
                let length = TextKernels.offset(ofCodePoint: 1, TextKernels.part(text, start..<text.count))
                body(TextKernels.part(text, start..<(start + length)))
                start += length
            }
            return
        }
        while let found = TextKernels.find(separator, text, from: start) {
            body(TextKernels.part(text, start..<found))
            start = found + separator.count
        }
        body(TextKernels.part(text, start..<text.count))
    }
}
