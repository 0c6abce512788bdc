import SluiceCore
import SluicePipelines

/// The line of a text that an error is about, with its number and marks under the part that is wrong.
struct ErrorExcerpt: Hashable, Sendable {
    /// Counts from 1.
    var lineNumber: Int
    var line: String
    /// Unicode scalars of `line`, from 1.
    var marked: ClosedRange<Int>

    /// The line of a definition. Data is not excerpted: it may be compressed or huge, so its errors have no column.
    init?(of error: SluiceError) {
        guard case .file(_, .some, .some) = error.location, let excerpt = DefinitionExcerpt(error) else { return nil }
        self.init(lineNumber: excerpt.lineNumber, line: excerpt.line, marked: excerpt.marked)
    }

    init(lineNumber: Int, line: String, marked: ClosedRange<Int>) {
        (self.lineNumber, self.line, self.marked) = (lineNumber, line, marked)
    }

    /// Three lines of at most `width` columns; a longer line is shown from where the marks can be seen.
    func lines(width: Int, style: TextStyle) -> [String] {
        let number = String(lineNumber)
        let gutter = String(repeating: " ", count: number.count + 1)
        let room = max(10, width - number.count - 3)
        let scalars = Array(line.unicodeScalars)
        let first = min(marked.lowerBound - 1, scalars.count)
        let last = min(marked.upperBound, scalars.count)
        var (before, word) = (Self.text(scalars[..<first]), Self.text(scalars[first..<max(first, last)]))
        let after = Self.text(scalars[max(first, last)...])
        if DisplayWidth.of(before) + min(DisplayWidth.of(word), room / 2) > room { before = "…" + Self.end(of: before, columns: room / 2) }
        word = CellText.cut(word, to: max(1, room - DisplayWidth.of(before)))
        let shown = CellText.cut(before + word + after, to: max(room, DisplayWidth.of(before + word)))
        let carets = String(repeating: " ", count: DisplayWidth.of(before)) + String(repeating: "^", count: max(1, DisplayWidth.of(word)))
        return [
            style.blue(gutter + "|"),
            (style.blue(number + " |") + " " + shown).trimmingTrailingBlanks,
            style.blue(gutter + "| ") + style.red(carets),
        ]
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return CellText.escaped(text)
    }

    /// The end of a text, within `columns`.
    private static func end(of text: String, columns: Int) -> String {
        var shown: [Character] = []
        var used = 0
        for character in text.reversed() {
            used += DisplayWidth.of(character)
            if used > columns { break }
            shown.append(character)
        }
        return String(shown.reversed())
    }
}
