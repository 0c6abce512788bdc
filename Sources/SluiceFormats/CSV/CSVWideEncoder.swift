import SluiceCore

/// Writes dialects that the plain encoder does not know: delimiters of several bytes, runs of blanks, escapes.
///
/// Whatever may mean something is quoted; where the dialect has no quote, it is escaped. An escape cannot tell a text from a null that is
/// written the same: such a value is refused.
struct CSVWideEncoder: RecordEncoder {
    private let schema: Schema
    private let dialect: CSVDialect
    private let nullText: [UInt8]
    /// Whether a byte may not stand in a field as it is.
    private let special: [Bool]

    /// - Throws: `invalidOption` where nulls could not be told from nothing.
    init(_ schema: Schema, dialect: CSVDialect) throws(SluiceError) {
        self.schema = schema
        self.dialect = dialect
        nullText = dialect.nullTexts.first ?? []
        var special = [Bool](repeating: false, count: 256)
        let marks =
            [0x0A, 0x0D, dialect.delimiter, dialect.quote, dialect.escape].compactMap { $0 } + (dialect.splitsAtBlanks ? [0x20, 0x09] : [])
        for byte in marks { special[Int(byte)] = true }
        self.special = special
        if dialect.splitsAtBlanks, nullText.isEmpty || nullText.contains(where: { special[Int($0)] }) {
            throw SluiceError(
                .invalidOption, "between runs of blanks an empty field cannot be written",
                remedy: "set null_values to a text that stands for null, such as NA")
        }
    }

    var header: [UInt8] {
        guard dialect.header != .absent else { return [] }
        var bytes: [UInt8] = []
        for (index, name) in schema.names.enumerated() {
            if index > 0 { bytes += dialect.delimiterBytes }
            Array(name.utf8).withUnsafeBufferPointer { append($0, to: &bytes) }
        }
        bytes.append(0x0A)
        return bytes
    }

    func encode(_ batch: Batch, into bytes: inout [UInt8]) throws(SluiceError) {
        let texts = batch.columns.map { ColumnText.render($0) }
        let delimiter = dialect.delimiterBytes
        for row in 0..<batch.rowCount {
            for (index, column) in batch.columns.enumerated() {
                if index > 0 { bytes += delimiter }
                if column.isNull(row) {
                    bytes += nullText
                    continue
                }
                let isLost = texts[index].withRow(row) { text in
                    if dialect.quote == nil, isLostUnquoted(text, isFirst: index == 0) { return true }
                    append(text, to: &bytes)
                    return false
                }
                if isLost { throw lost(texts[index].text(row), batch, row, column: index) }
            }
            bytes.append(0x0A)
        }
    }

    private func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let mustBeMarked = mustBeMarked(text)
        if mustBeMarked, let quote = dialect.quote {
            bytes.append(quote)
            for byte in text {
                if byte == quote || byte == dialect.escape { bytes.append(byte) }
                bytes.append(byte)
            }
            bytes.append(quote)
        } else if mustBeMarked, let escape = dialect.escape {
            for byte in text {
                if special[Int(byte)] { bytes.append(escape) }
                bytes.append(byte)
            }
        } else {
            bytes.append(contentsOf: text)
        }
    }

    /// Whether a text without quotes would be read back as a null, as no field at all, or as a comment, whatever is escaped in it.
    private func isLostUnquoted(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool) -> Bool {
        if dialect.splitsAtBlanks, text.isEmpty { return true }
        if isFirst, !dialect.comment.isEmpty, text.starts(with: dialect.comment) { return true }
        return dialect.nullTexts.contains { $0.count == text.count && text.elementsEqual($0) }
    }

    private func lost(_ text: String, _ batch: Batch, _ row: Int, column: Int) -> SluiceError {
        let (shown, name) = (text.quotedForMessage, schema.names[column].quotedForMessage)
        return SluiceError(
            .valueDoesNotFit,
            "without quotes the value \(shown) of column \(name) would be read back as null or as no field",
            at: batch.origin?.location(row), remedy: "leave quote as it is, or set null_values to a text that no value is")
    }

    /// Also blanks at the ends, which readers that trim would lose.
    private func mustBeMarked(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last else { return true }
        if first == 0x20 || first == 0x09 || last == 0x20 || last == 0x09 { return true }
        if text.contains(where: { special[Int($0)] }) || dialect.quote != nil && text.contains(0) { return true }
        // A last byte of the field could make a delimiter with what follows.
        if dialect.wideDelimiter.count > 1, dialect.wideDelimiter.contains(last) { return true }
        if !dialect.comment.isEmpty, text.starts(with: dialect.comment) { return true }
        return dialect.nullTexts.contains { $0.count == text.count && text.elementsEqual($0) }
    }
}
