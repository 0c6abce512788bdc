/// Writes nodes as YAML: the text of a definition that was built in Swift, and the examples of manuals.
///
/// Block style for what holds mappings, flow style for lists of scalars; equal nodes give equal text.
package enum DefinitionText {
    package static func yaml(_ node: DefinitionNode) -> String {
        var text = ""
        write(node, indentation: 0, to: &text)
        return text
    }

    private static func write(_ node: DefinitionNode, indentation: Int, to text: inout String) {
        let margin = String(repeating: " ", count: indentation)
        switch node.content {
        case .mapping(let entries) where !entries.isEmpty:
            for entry in entries {
                text += margin + scalar(entry.key) + ":"
                writeValue(entry.value, indentation: indentation, to: &text)
            }
        case .list(let items) where !items.isEmpty:
            for item in items {
                text += margin + "-"
                if let line = inline(item) {
                    text += " " + line + "\n"
                } else {
                    var nested = ""
                    write(item, indentation: indentation + 2, to: &nested)
                    text += " " + nested.dropFirst(indentation + 2)
                }
            }
        default: text += margin + (inline(node) ?? "") + "\n"
        }
    }

    private static func writeValue(_ node: DefinitionNode, indentation: Int, to text: inout String) {
        if let line = inline(node) {
            text += " " + line + "\n"
        } else {
            text += "\n"
            write(node, indentation: indentation + 2, to: &text)
        }
    }

    /// The node on one line: scalars, empty collections, and lists of scalars.
    private static func inline(_ node: DefinitionNode) -> String? {
        switch node.content {
        case .null: return "null"
        case .scalar(let value, .plain) where !needsQuotes(value) || isTyped(value): return value
        case .scalar(let value, _): return quoted(value)
        case .mapping(let entries): return entries.isEmpty ? "{}" : nil
        case .list(let items):
            let parts = items.compactMap { item -> String? in
                if case .scalar = item.content { inline(item) } else { nil }
            }
            return parts.count == items.count ? "[" + parts.joined(separator: ", ") + "]" : nil
        }
    }

    /// A node on one line, whatever it holds.
    package static func flow(_ node: DefinitionNode) -> String {
        switch node.content {
        case .list(let items): "[" + items.map(flow).joined(separator: ", ") + "]"
        case .mapping(let entries): "{" + entries.map { scalar($0.key) + ": " + flow($0.value) }.joined(separator: ", ") + "}"
        case .null, .scalar: inline(node) ?? ""
        }
    }

    private static func scalar(_ text: String) -> String { needsQuotes(text) ? quoted(text) : text }

    /// Whether a plain scalar of this text would be read as something else: a sign of YAML, a number, a boolean, nothing.
    static func needsQuotes(_ text: String) -> Bool {
        if isTyped(text) || text.isEmpty || text == "~" || text.lowercased() == "null" { return true }
        let safe = text.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "_-./*+<>=()$ ".unicodeScalars.contains(scalar)
        }
        guard safe, let first = text.unicodeScalars.first, text.last != " " else { return true }
        return
            !(first.properties.isAlphabetic || first == "_" || first == "/" || first == "." || ("0"..."9").contains(first) || first == "(")
    }

    /// Whether the plain text is a number or a boolean.
    private static func isTyped(_ text: String) -> Bool { Double(text) != nil || text == "true" || text == "false" }

    private static func quoted(_ text: String) -> String {
        // A reader that bounds nesting counts brackets in texts, too.
        let hidesBrackets = text.unicodeScalars.count { $0 == "[" || $0 == "{" } > DefinitionLimits.rawDepth / 4
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "[" where hidesBrackets: result += "\\x5B"
            case "{" where hidesBrackets: result += "\\x7B"
            case "\u{FEFF}",
                _ where scalar.properties.generalCategory == .control || scalar.properties.isNoncharacterCodePoint:
                let digits = String(scalar.value, radix: 16)
                result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
