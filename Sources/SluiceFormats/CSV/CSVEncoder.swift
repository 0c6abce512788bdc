import SluiceCore

/// Writes batches as CSV (RFC 4180, with LF line ends), a column at a time: first how long each row becomes, then each column's cells into
/// their places.
///
/// A null is the first null text (an empty field unless `null_values` says otherwise); a text that reads like it, and an empty text, are quoted.
struct CSVEncoder: RecordEncoder {
    private let schema: Schema
    private let dialect: CSVDialect
    private let rules: CSVTextRules

    init(_ schema: Schema, dialect: CSVDialect) {
        self.schema = schema
        self.dialect = dialect
        rules = CSVTextRules(dialect)
    }

    var header: [UInt8] {
        guard dialect.header != .absent else { return [] }
        var bytes: [UInt8] = []
        for (index, name) in schema.names.enumerated() {
            if index > 0 { bytes.append(dialect.delimiter) }
            Array(name.utf8).withUnsafeBufferPointer { rules.append($0, to: &bytes) }
        }
        bytes.append(0x0A)
        return bytes
    }

    func encode(_ batch: Batch, into bytes: inout [UInt8]) {
        let rows = batch.rowCount
        guard rows > 0, !batch.columns.isEmpty else { return }
        let cells = batch.columns.map { CSVCells($0, rules) }
        // Ends of rows while lengths are summed up, places of the next cell while cells are written.
        let places = UnsafeMutableBufferPointer<Int>.allocate(capacity: rows)
        defer { places.deallocate() }
        places.initialize(repeating: cells.count)
        for column in cells { column.addLengths(to: places) }
        var total = 0
        for row in 0..<rows {
            let length = places[row]
            places[row] = total
            total += length
        }
        let block = [UInt8](unsafeUninitializedCapacity: total) { target, count in
            for (index, column) in cells.enumerated() {
                column.write(to: target.baseAddress!, places, behind: index == cells.count - 1 ? 0x0A : dialect.delimiter)
            }
            count = total
        }
        if bytes.isEmpty { bytes = block } else { bytes.append(contentsOf: block) }
    }
}

/// When a text needs quotes, and how it stands in them.
struct CSVTextRules: Sendable {
    let nullText: [UInt8]
    let delimiter: UInt8
    private let quote: UInt8?
    private let comment: [UInt8]
    private let nullTexts: [[UInt8]]
    /// Whether a byte makes a field need quotes.
    private let special: [Bool]

    init(_ dialect: CSVDialect) {
        nullText = dialect.nullTexts.first ?? []
        nullTexts = dialect.nullTexts
        delimiter = dialect.delimiter
        quote = dialect.quote
        comment = dialect.comment
        var special = [Bool](repeating: false, count: 256)
        for byte in [0, 0x0A, 0x0D, dialect.delimiter, dialect.quote].compactMap({ $0 }) { special[Int(byte)] = true }
        self.special = special
    }

    /// Whether numbers and times may need quotes.
    var touchesNumbers: Bool {
        delimiter &- 0x30 < 10 || [0x2B, 0x2D, 0x2E, 0x3A].contains(delimiter) || (delimiter | 0x20) &- 0x61 < 26
            || nullTexts.contains { $0.contains { $0 &- 0x30 < 10 } }
    }

    func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        guard let quote, mustQuote(text) else { return bytes.append(contentsOf: text) }
        bytes.append(quote)
        for byte in text {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }

    /// The texts as they stand in the file; the same buffer where none needs quotes.
    func quoted(_ rows: ByteRows, _ validity: Bitmap?) -> ByteRows {
        let needs = rows.data.withUnsafeBufferPointer { bytes in
            (0..<rows.count).contains { row in
                validity.map { $0[row] } ?? true && mustQuote(UnsafeBufferPointer(rebasing: bytes[rows.range(row)]))
            }
        }
        guard needs, quote != nil else { return rows }
        return ColumnText.rows(rows.count) { row, bytes in rows.withRow(row) { append($0, to: &bytes) } }
    }

    /// Also blanks at the ends, which readers that trim would lose.
    private func mustQuote(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last else { return true }
        if first == 0x20 || first == 0x09 || last == 0x20 || last == 0x09 { return true }
        if special.withUnsafeBufferPointer({ special in text.contains { special[Int($0)] } }) { return true }
        if !comment.isEmpty, text.starts(with: comment) { return true }
        return nullTexts.contains { $0.count == text.count && text.elementsEqual($0) }
    }
}
