import SluiceCore
import SluicePatterns

/// What the functions with regular expressions share: the pattern is compiled once, when the expression is bound.
private enum Regexp {
    static let syntax =
        "Syntax: . [a-z] [^a-z] \\d \\w \\s \\b ^ $ (group) (?:group) a|b a* a+ a? a{2,5} and lazy a*?; (?i) in front ignores case. Matching takes linear time, so there are no back-references and no look-around."

    static func pattern(_ call: Call, _ index: Int) throws(ExpressionError) -> Pattern {
        let text = try call.constantText(index)
        do { return try Pattern(text) } catch {
            throw ExpressionError(
                .syntaxError, "malformed regular expression: \(error.message) at character \(error.position + 1)", call.syntax[index].range,
                remedy: error.remedy)
        }
    }
}

enum RegexpMatches: ScalarFunction {
    static let manual = Manual(
        "regexp_matches", aliases: ["regexp_like", "rlike"], .text, "regexp_matches(text, pattern)", arguments: 2...2,
        "Whether the regular expression matches somewhere in the text. " + Regexp.syntax,
        [
            Example(#"regexp_matches('N14228', '^N\d+[A-Z]*$')"#, yields: "true"),
            Example("regexp_matches('Ewr', '(?i)EWR|JFK')", yields: "true"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let pattern = try Regexp.pattern(call, 1)
        return KernelNode(.boolean, [try call.text(0)]) { input, _ in
            var matcher = Matcher(pattern)
            return input.mapTextsToBooleans { text, _ in matcher.matches(text) }
        }
    }
}

enum RegexpExtract: ScalarFunction {
    static let manual = Manual(
        "regexp_extract", .text, "regexp_extract(text, pattern[, group])", arguments: 2...3,
        "What a group of the regular expression matched first (0, the default, is the whole match); empty where nothing matches. Syntax: see regexp_matches.",
        [
            Example(#"regexp_extract('GET /a/b HTTP/1.1', '^(\w+) (\S+)', 2)"#, yields: "'/a/b'"),
            Example(#"regexp_extract('row 42', '\d+')"#, yields: "'42'"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let pattern = try Regexp.pattern(call, 1)
        let group = call.count == 3 ? try call.constantInteger(2, in: 0...Int64(pattern.groupCount)) : 0
        return KernelNode(.string, [try call.text(0)]) { input, failures in
            var matcher = Matcher(pattern)
            return input.mapTexts(&failures) { text, _, output, _ in
                guard let match = matcher.firstMatch(in: text, from: 0), let range = match.group(group) else { return }
                output.append(TextKernels.part(text, range))
            }
        }
    }
}

enum RegexpReplace: ScalarFunction {
    static let manual = Manual(
        "regexp_replace", .text, "regexp_replace(text, pattern, replacement)", arguments: 3...3,
        #"The text with every match replaced; \1 to \9 in the replacement stand for groups, \0 for the whole match, \\ for a backslash. Syntax: see regexp_matches."#,
        [
            Example(#"regexp_replace('a1b22', '\d+', '#')"#, yields: "'a#b#'"),
            Example(#"regexp_replace('31.12.2013', '(\d+)\.(\d+)\.(\d+)', '\3-\2-\1')"#, yields: "'2013-12-31'"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let pattern = try Regexp.pattern(call, 1)
        return KernelNode(.string, [try call.text(0), try call.text(2)]) { input, failures in
            var matcher = Matcher(pattern)
            return input.mapTexts(&failures) { text, row, output, _ in
                input.withText(1, row) { replacement in
                    var start = 0
                    var from = 0
                    while from <= text.count, !output.isFull, let match = matcher.firstMatch(in: text, from: from),
                        let whole = match.group(0)
                    {
                        output.append(TextKernels.part(text, start..<whole.lowerBound))
                        append(replacement, match, text, &output)
                        start = whole.upperBound
                        // An empty match moves on by one character, which stays as it is.
                        from = whole.isEmpty ? next(text, start) : start
                    }
                    output.append(TextKernels.part(text, start..<text.count))
                }
            }
        }
    }

    private static func next(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        var after = index + 1
        while after < text.count, text[after] & 0xC0 == 0x80 { after += 1 }
        return after
    }

    private static func append(
        _ replacement: UnsafeBufferPointer<UInt8>, _ match: Match, _ text: UnsafeBufferPointer<UInt8>, _ output: inout TextOutput
    ) {
        var index = 0
        while index < replacement.count {
            let byte = replacement[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < replacement.count else {
                output.append(byte)
                continue
            }
            let digit = replacement[index] &- 0x30
            if digit < 10 {
                if let range = match.group(Int(digit)) { output.append(TextKernels.part(text, range)) }
            } else {
                output.append(replacement[index])
            }
            index += 1
        }
    }
}
