import SluiceCore

enum SplitPart: ScalarFunction {
    static let manual = Manual(
        "split_part", .text, "split_part(text, separator, index)", arguments: 3...3,
        "One part of the text between separators: 1 is the first, -1 the last. Empty where there is no such part.",
        [Example("split_part('2013-01-05', '-', 2)", yields: "'01'"), Example("split_part('a/b/c', '/', -1)", yields: "'c'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.string, [try call.text(0), try call.text(1), try call.integer(2)]) { input, failures in
            let indices = input.integers(2)
            return input.mapTexts(&failures) { text, row, output, _ in
                let index = indices[row]
                input.withText(1, row) { separator in
                    var count: Int64 = 0
                    if index < 0 { Split.forEachPart(of: text, between: separator) { _ in count += 1 } }
                    let wanted = index < 0 ? count &+ index &+ 1 : index
                    var seen: Int64 = 0
                    Split.forEachPart(of: text, between: separator) { part in
                        seen += 1
                        if seen == wanted { output.append(part) }
                    }
                }
            }
        }
    }
}
