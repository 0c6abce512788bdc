/// Finds where a character of a scalar's value stands in the text, behind quotes, escapes, folded lines and indentation.
///
/// Both are walked side by side: apart from escapes, YAML only ever drops or folds white space, so the next other character of the value
/// is the next other character of the text. White space at the start of a block scalar's line may be off by its extra indentation.
enum ScalarPositions {
    /// - Parameter offset: Unicode scalars from the value's start; its count means the place behind the last one.
    static func position(
        of offset: Int, in value: String, style: DefinitionNode.ScalarStyle, from start: TextPosition, in document: DefinitionDocument
    ) -> TextPosition {
        var cursor = Cursor(lines: document.lines, position: start)
        switch style {
        case .plain: break
        case .singleQuoted, .doubleQuoted: cursor.advance()
        case .block: cursor.nextLine()
        }
        var last = cursor.position
        for (index, scalar) in value.unicodeScalars.enumerated() {
            let found = cursor.take(scalar, style)
            if index == offset { return found }
            last = cursor.position
        }
        return last
    }

    private struct Cursor {
        let lines: [[Unicode.Scalar]]
        var position: TextPosition

        /// The character here: a line feed at a line's end, nil at the text's.
        var current: Unicode.Scalar? {
            guard position.line <= lines.count else { return nil }
            let line = lines[position.line - 1]
            return position.column <= line.count ? line[position.column - 1] : "\n"
        }

        mutating func advance() {
            if current == "\n" { nextLine() } else { position.column += 1 }
        }

        mutating func nextLine() { position = TextPosition(line: position.line + 1, column: 1) }

        /// Goes past the text of one character of the value and returns where that text began.
        mutating func take(_ scalar: Unicode.Scalar, _ style: DefinitionNode.ScalarStyle) -> TextPosition {
            while let here = current, here != scalar, isSpace(here), !isSpace(scalar) { advance() }
            let found = position
            switch (style, current) {
            case (.doubleQuoted, "\\"): return takeEscape(of: scalar, style)
            case (.singleQuoted, "'") where scalar == "'":
                advance()
                advance()
            case (_, let here?) where here == scalar || isSpace(scalar) && isSpace(here): advance()
            default: break
            }
            return found
        }

        private mutating func takeEscape(of scalar: Unicode.Scalar, _ style: DefinitionNode.ScalarStyle) -> TextPosition {
            let found = position
            advance()
            let kind = current
            advance()
            switch kind {
            case "x": for _ in 0..<2 { advance() }
            case "u": for _ in 0..<4 { advance() }
            case "U": for _ in 0..<8 { advance() }
            // An escaped line end stands for nothing.
            case "\n": return take(scalar, style)
            default: break
            }
            return found
        }

        private func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\n" || scalar == "\t" }
    }
}
