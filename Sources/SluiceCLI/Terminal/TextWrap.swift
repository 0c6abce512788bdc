/// Prose in lines that fit.
enum TextWrap {
    /// The words of a text in lines of at most `width` columns; a word that is longer alone stays whole, so that paths can be copied.
    ///
    /// - Parameter indent: blanks before every line.
    static func lines(_ text: String, width: Int, indent: Int = 0) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var (lines, line, used) = ([String](), "", 0)
        for word in text.split(separator: " ") {
            let columns = DisplayWidth.of(word)
            if used > 0, indent + used + 1 + columns > width {
                lines.append(margin + line)
                (line, used) = ("", 0)
            }
            line += (used > 0 ? " " : "") + word
            used += columns + (used > 0 ? 1 : 0)
        }
        return line.isEmpty ? lines : lines + [margin + line]
    }
}

/// Terms and what they mean: the meanings stand wrapped in a column of their own, below a term that is too long.
struct GlossaryBlock: Sendable {
    /// Columns that terms may take before their meaning begins on the next line.
    static let widestTerm = 32
    static let indent = 2

    private(set) var entries: [(term: String, meaning: String)] = []

    mutating func add(_ term: String, _ meaning: String) { entries.append((CellText.escaped(term), CellText.escaped(meaning))) }

    func lines(width: Int, style: TextStyle) -> [String] {
        let widths = entries.map { DisplayWidth.of($0.term) }.filter { $0 <= min(Self.widestTerm, width / 2) }
        let column = Self.indent + (widths.max() ?? 0) + 2
        return entries.flatMap { entry -> [String] in
            let term = String(repeating: " ", count: Self.indent) + entry.term
            var meaning = TextWrap.lines(entry.meaning, width: width, indent: column)
            guard DisplayWidth.of(term) + 2 <= column, let first = meaning.first else { return [term] + meaning }
            meaning[0] = CellText.padded(term, to: column) + first.dropFirst(column)
            return meaning
        }
    }
}
