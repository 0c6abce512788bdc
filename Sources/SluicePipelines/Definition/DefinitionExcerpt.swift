package import SluiceCore

/// The line of a definition that an error is about, and the part of it to mark.
///
///     pipelines/late.yaml:12:20
///        12 |   - filter: arr_delay > 'x'
///           |                       ^
package struct DefinitionExcerpt: Hashable, Sendable {
    /// Counts from 1.
    package let lineNumber: Int
    /// The line as it stands, tabs as single blanks so that the marks stand under it; cut for very long lines.
    package let line: String
    /// Columns to mark, from 1.
    package let marked: ClosedRange<Int>

    /// Characters of a line that are shown.
    package static let width = 160

    /// The excerpt for an error placed in `document`; nil for an error placed elsewhere or nowhere.
    package init?(_ error: SluiceError, in document: DefinitionDocument) {
        guard case .file(document.path, let number?, let column) = error.location, document.lines.indices.contains(number - 1) else {
            return nil
        }
        let scalars = document.lines[number - 1]
        let first = min(max(1, column ?? 1), scalars.count + 1)
        let start = first > Self.width ? first - Self.width / 2 : 1
        var shown = ""
        for scalar in scalars.dropFirst(start - 1).prefix(Self.width) {
            shown.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        let length = max(1, Self.wordLength(scalars.dropFirst(first - 1)))
        lineNumber = number
        line = shown
        marked = (first - start + 1)...(first - start + length)
    }

    /// The excerpt for an error placed in a file on disk; nil if the file is gone or was too large to be a definition.
    package init?(_ error: SluiceError) {
        guard case .file(let path, .some, _) = error.location,
            let text = try? DefinitionFile.read(path)
        else { return nil }
        self.init(error, in: DefinitionDocument(path: path, text: text))
    }

    /// The two lines to print under a message.
    package var rendered: String {
        let number = String(lineNumber)
        let gutter = String(repeating: " ", count: number.count)
        let carets = String(repeating: " ", count: marked.lowerBound - 1) + String(repeating: "^", count: marked.count)
        return "  \(number) | \(line)\n  \(gutter) | \(carets)"
    }

    /// Scalars of the word (name, number, or one sign) at the start of `rest`.
    private static func wordLength(_ rest: ArraySlice<Unicode.Scalar>) -> Int {
        func isWord(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_"
        }
        return rest.prefix(while: isWord).count
    }
}
