import SluiceCore

/// The text of a definition, by lines, with the name that messages give it.
package struct DefinitionDocument: Sendable {
    /// Path of the file, or a name in angle brackets for a text that came from elsewhere.
    package let path: String
    package let text: String
    /// Lines without their ends, as Unicode scalars: columns count these.
    let lines: [[Unicode.Scalar]]

    package init(path: String, text: String) {
        self.path = path
        self.text = text
        var lines: [[Unicode.Scalar]] = [[]]
        var afterReturn = false
        for scalar in text.unicodeScalars {
            defer { afterReturn = scalar == "\r" }
            if scalar == "\n", afterReturn { continue }
            // The line ends of YAML 1.1, which libyaml counts.
            let endsLine = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar)
            if endsLine { lines.append([]) } else { lines[lines.count - 1].append(scalar) }
        }
        // libyaml leaves a byte order mark out of the first line's columns.
        if lines[0].first == "\u{FEFF}" { lines[0].removeFirst() }
        self.lines = lines
    }

    func location(_ position: TextPosition) -> SourceLocation {
        .file(path: path, line: position.line, column: position.column)
    }

    /// A line of the text, from 1; nil outside.
    package func line(_ number: Int) -> String? {
        guard lines.indices.contains(number - 1) else { return nil }
        var text = ""
        text.unicodeScalars.append(contentsOf: lines[number - 1])
        return text
    }
}

/// A place in a definition's text: line and column count from 1, a column is a Unicode scalar.
struct TextPosition: Hashable, Sendable {
    var line: Int
    var column: Int
}
