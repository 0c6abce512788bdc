package import SluiceCore

/// What is wrong with an expression's text or types, and where in the text.
package struct ExpressionError: Error, Sendable, Hashable {
    package var code: SluiceError.Code
    /// Lower case, no full stop, quotes what it is about.
    package var message: String
    /// The offending part, as offsets in Unicode scalars from the start of the text; empty at the place where something is missing.
    package var range: Range<Int>
    /// What to write instead, where that is known.
    package var remedy: String?

    package init(_ code: SluiceError.Code, _ message: String, _ range: Range<Int>, remedy: String? = nil) {
        self.code = code
        self.message = message
        self.range = range
        self.remedy = remedy
    }

    /// Line and column (from 1, in Unicode scalars) of the offending part's start.
    package func position(in text: String) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for scalar in text.unicodeScalars.prefix(range.lowerBound) {
            if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        return (line, column)
    }

    /// The line that is concerned, and below it a line with `^` under each offending character (one at least).
    package func caret(in text: String) -> String {
        let (line, column) = position(in: text)
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        let concerned = lines[min(line, lines.count) - 1]
        let shown = String(String.UnicodeScalarView(concerned.map { $0 == "\t" || $0 == "\r" ? " " : $0 }))
        let width = max(1, min(range.count, concerned.count - column + 1))
        return shown + "\n" + String(repeating: " ", count: column - 1) + String(repeating: "^", count: width)
    }

    /// Message, the line with its caret, and the remedy: what a terminal shows.
    package func rendered(in text: String) -> String {
        message + "\n" + caret(in: text) + (remedy.map { "\n" + $0 } ?? "")
    }

    /// The same as the error that leaves the room, with the caret lines in the message.
    package func sluiceError(in text: String, at location: SourceLocation? = nil) -> SluiceError {
        SluiceError(code, message + "\n" + caret(in: text), at: location, remedy: remedy)
    }
}
