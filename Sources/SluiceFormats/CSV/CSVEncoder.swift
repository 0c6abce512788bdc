import SluiceCore

/// Writes batches as CSV (RFC 4180, with LF line ends), from column storage: each column becomes texts in one loop, then rows are put together.
///
/// A null is the first null text (an empty field unless `null_values` says otherwise); a text that reads like it, and an empty text, are quoted.
struct CSVEncoder: RecordEncoder {
    private let schema: Schema
    private let dialect: CSVDialect
    private let nullText: [UInt8]
    /// Whether a byte makes a field need quotes.
    private let needsQuotes: [Bool]

    init(_ schema: Schema, dialect: CSVDialect) {
        self.schema = schema
        self.dialect = dialect
        nullText = dialect.nullTexts.first ?? []
        var special = [Bool](repeating: false, count: 256)
        for byte in [0x0A, 0x0D, dialect.delimiter, dialect.quote].compactMap({ $0 }) { special[Int(byte)] = true }
        needsQuotes = special
    }

    var header: [UInt8] {
        guard dialect.header != .absent else { return [] }
        var bytes: [UInt8] = []
        for (index, name) in schema.names.enumerated() {
            if index > 0 { bytes.append(dialect.delimiter) }
            Array(name.utf8).withUnsafeBufferPointer { append($0, to: &bytes) }
        }
        bytes.append(0x0A)
        return bytes
    }

    func encode(_ batch: Batch, into bytes: inout [UInt8]) {
        let columns = batch.columns.map { (texts: ColumnText.render($0), validity: validity($0), isText: $0.type.needsCheck) }
        bytes.reserveCapacity(bytes.count + columns.reduce(0) { $0 + $1.texts.data.count + batch.rowCount })
        for row in 0..<batch.rowCount {
            for index in columns.indices {
                if index > 0 { bytes.append(dialect.delimiter) }
                if let validity = columns[index].validity, !validity[row] {
                    bytes.append(contentsOf: nullText)
                    continue
                }
                columns[index].texts.withRow(row) { text in
                    if columns[index].isText || dialect.delimiter.isInNumbers {
                        append(text, to: &bytes)
                    } else {
                        bytes.append(contentsOf: text)
                    }
                }
            }
            bytes.append(0x0A)
        }
    }

    private func validity(_ column: Column) -> Bitmap? {
        column.type == .null ? Bitmap(repeating: false, count: column.count) : column.validity
    }

    private func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        guard let quote = dialect.quote, mustQuote(text) else { return bytes.append(contentsOf: text) }
        bytes.append(quote)
        for byte in text {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }

    /// Also blanks at the ends, which readers that trim would lose.
    private func mustQuote(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last else { return true }
        if first == 0x20 || first == 0x09 || last == 0x20 || last == 0x09 { return true }
        if needsQuotes.withUnsafeBufferPointer({ special in text.contains { special[Int($0)] } }) { return true }
        if !dialect.comment.isEmpty, text.starts(with: dialect.comment) { return true }
        return dialect.nullTexts.contains { $0.count == text.count && text.elementsEqual($0) }
    }
}

extension DataType {
    /// Whether the type's texts may hold a delimiter or quote.
    fileprivate var needsCheck: Bool {
        switch self {
        case .string, .list, .structure, .map, .choice, .binary: true
        default: false
        }
    }
}

extension UInt8 {
    /// Whether the byte occurs in the texts of numbers and times.
    fileprivate var isInNumbers: Bool {
        self &- 0x30 < 10 || [0x2B, 0x2D, 0x2E, 0x3A].contains(self) || (self | 0x20) &- 0x61 < 26
    }
}
