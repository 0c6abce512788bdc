package import SluiceCore

/// A text with places for values: `/tickets/{key}.json`. Braces that belong to the text are doubled.
package struct TemplateText: Hashable, Sendable, CustomStringConvertible {
    private enum Part: Hashable, Sendable {
        case text(String)
        case name(String)
    }

    private let parts: [Part]

    package init(_ text: String) throws(SluiceError) {
        var parts: [Part] = []
        var literal = ""
        var rest = text[...]
        while let first = rest.first {
            if rest.hasPrefix("{{") || rest.hasPrefix("}}") {
                literal.append(first)
                rest = rest.dropFirst(2)
            } else if first == "{" {
                guard let end = rest.firstIndex(of: "}"), rest.distance(from: rest.startIndex, to: end) > 1 else {
                    throw SluiceError(
                        .invalidOption, "\(text.quotedForMessage) has a \"{\" without a name and a \"}\"",
                        remedy: "double braces that are text")
                }
                if !literal.isEmpty { parts.append(.text(literal)) }
                literal = ""
                parts.append(.name(String(rest[rest.index(after: rest.startIndex)..<end])))
                rest = rest[rest.index(after: end)...]
            } else {
                literal.append(first)
                rest = rest.dropFirst()
            }
        }
        if !literal.isEmpty { parts.append(.text(literal)) }
        self.parts = parts
    }

    /// As it was written, but for braces that belong to the text.
    package var description: String {
        parts.map { part in
            switch part {
            case .text(let literal): literal
            case .name(let name): "{\(name)}"
            }
        }.joined()
    }

    /// The name of the value that is all of the text.
    var soleName: String? {
        guard parts.count == 1, case .name(let name)? = parts.first else { return nil }
        return name
    }

    package var names: [String] { parts.compactMap { if case .name(let name) = $0 { name } else { nil } } }

    /// The text with values in its places; nil where one has no value.
    ///
    /// - Parameter encode: Makes of a value what may stand in the text.
    package func filled(_ values: [String: String], encode: (String) -> String = { $0 }) -> String? {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .name(let name):
                guard let value = values[name] else { return nil }
                text += encode(value)
            }
        }
        return text
    }
}
