import SluiceCore

/// Looks at a text before the YAML reader does, which recurses into nesting and hashes keys: what could make that expensive is refused.
///
/// Reads signs, not YAML: counts are upper bounds, so quoted text counts as well.
enum RawBounds {
    static func check(_ document: DefinitionDocument) throws(SluiceError) {
        var open = 0
        var anchors = 0
        var complexKey: TextPosition?
        for (index, line) in document.lines.enumerated() {
            let indentation = line.prefix { $0 == " " || $0 == "-" || $0 == "?" || $0 == ":" }.count
            guard indentation <= DefinitionLimits.rawDepth else {
                throw tooDeep(document, TextPosition(line: index + 1, column: indentation))
            }
            if line.dropFirst(indentation).first == "#" { continue }
            if line.prefix(indentation).contains("?") { complexKey = complexKey ?? TextPosition(line: index + 1, column: indentation) }
            for (column, scalar) in line.enumerated() {
                switch scalar {
                case "[", "{":
                    open += 1
                    guard open <= DefinitionLimits.rawDepth else {
                        throw tooDeep(document, TextPosition(line: index + 1, column: column + 1))
                    }
                case "]", "}": open = max(0, open - 1)
                case "&" where startsToken(line, column): anchors += 1
                case ":" where endsComplexKey(line, column): complexKey = complexKey ?? TextPosition(line: index + 1, column: column + 1)
                default: break
                }
            }
        }
        guard anchors <= DefinitionLimits.anchors else {
            throw SluiceError(
                .limitExceeded, "the definition has \(anchors) anchors (&name); at most \(DefinitionLimits.anchors) are read",
                at: .file(path: document.path, line: 1, column: 1), remedy: "write the repeated parts out")
        }
        if anchors > 0, let complexKey {
            throw SluiceError(
                .malformedYAML, "a key that is an alias, a list or a mapping", at: document.location(complexKey),
                remedy: "write a plain name before the colon")
        }
    }

    /// Whether a `&` begins a token and a name follows it.
    private static func startsToken(_ line: [Unicode.Scalar], _ column: Int) -> Bool {
        guard column + 1 < line.count, line[column + 1] != " ", line[column + 1] != "&" else { return false }
        return column == 0 || [" ", "[", "{", ",", "\t"].contains(line[column - 1])
    }

    /// Whether the `:` stands behind a bracket or an alias and ends a key.
    private static func endsComplexKey(_ line: [Unicode.Scalar], _ column: Int) -> Bool {
        guard column + 1 == line.count || line[column + 1] == " " || line[column + 1] == "\t" else { return false }
        let before = line[..<column].reversed().drop { $0 == " " }
        if before.first == "]" || before.first == "}" { return true }
        return before.prefix { ![" ", ",", "[", "{"].contains($0) }.last == "*"
    }

    private static func tooDeep(_ document: DefinitionDocument, _ position: TextPosition) -> SluiceError {
        SluiceError(
            .limitExceeded, "the definition is nested deeper than \(DefinitionLimits.rawDepth)", at: document.location(position),
            remedy: "close the brackets, or write it flatter")
    }
}
