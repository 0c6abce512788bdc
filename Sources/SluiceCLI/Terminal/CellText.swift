import SluiceCore

/// Text made fit for one line of a terminal, whatever bytes it came from.
enum CellText {
    /// Control characters, line ends and signs that turn the writing direction, escaped: data cannot move the cursor or reorder a line.
    static func escaped(_ text: String) -> String {
        if !text.unicodeScalars.contains(where: isUnsafe) { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar) { shown += scalar.escaped(asASCII: true) } else { shown.unicodeScalars.append(scalar) }
        }
        return shown
    }

    /// `escaped` for text of several lines that we wrote ourselves around values: line ends stay.
    static func escapedLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }.joined(separator: "\n")
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7F { return false }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return true
        default: break
        }
        // Bidirectional embeddings, overrides, isolates and marks.
        switch scalar.value {
        case 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: return true
        default: return false
        }
    }

    /// The text, or its beginning and `…` where it takes more than `width` columns.
    static func cut(_ text: String, to width: Int) -> String {
        if DisplayWidth.of(text) <= width { return text }
        guard width > 1 else { return width == 1 ? "…" : "" }
        var shown = ""
        var used = 0
        for character in text {
            let columns = DisplayWidth.of(character)
            if used + columns > width - 1 { break }
            shown.append(character)
            used += columns
        }
        return shown + "…"
    }

    /// The text, or its two ends with `…` between them where it takes more than `width` columns.
    static func cutMiddle(_ text: String, to width: Int) -> String {
        if DisplayWidth.of(text) <= width { return text }
        guard width > 2 else { return cut(text, to: width) }
        let room = (width - 1) / 2
        var (end, used): ([Character], Int) = ([], 0)
        for character in text.reversed() {
            used += DisplayWidth.of(character)
            if used > room { break }
            end.append(character)
        }
        return cut(text, to: width - DisplayWidth.of(String(end))) + String(end.reversed())
    }

    /// The text filled up with blanks to `width` columns; longer text stays as it is.
    static func padded(_ text: String, to width: Int, alignment: Alignment = .left) -> String {
        let blanks = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
        return alignment == .left ? text + blanks : blanks + text
    }
}

/// Where a cell's text stands in its column.
enum Alignment: Sendable { case left, right }

extension Value {
    /// The value for a table's cell: null as `NULL`, so that an empty text can be told from nothing.
    var cell: String { isNull ? "NULL" : CellText.escaped(description) }
}

extension DataType {
    /// Numbers stand right, everything else left.
    var alignment: Alignment { isNumeric ? .right : .left }
}
