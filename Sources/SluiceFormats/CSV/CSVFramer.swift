import SluiceCore

/// Reads a CSV file's header, then its records.
struct CSVFramer: RecordFramer {
    private(set) var layout: FileLayout
    private var text: TextFramer

    /// - Throws: `malformedRecord`, `invalidEncoding` or `duplicateColumn` for a header that cannot be read; what the source throws.
    init(_ source: InputBytes, dialect: CSVDialect, path: String, chunkBytes: Int = FormatLimits.chunkBytes) throws(SluiceError) {
        layout = FileLayout(format: CSVFormat.name, options: dialect.decoderOptions)
        text = TextFramer(
            dialect.encoding.decoded(source), rules: dialect.recordRules(columnCount: nil), path: path, chunkBytes: chunkBytes)
        try text.skipLines(dialect.skippedLines)
        var header = CSVHeader(dialect, path: path)
        if dialect.header == .present {
            guard let framed = try text.next(limit: 1) else { return }
            layout.columns = try header.names(framed)
            text.framedRecords = 0
        } else if case .given(let names) = dialect.header {
            layout.columns = names
        }
        if dialect.header != .given(layout.columns) { look(&header) }
        text.scanner.rules = dialect.recordRules(columnCount: layout.columns.count)
    }

    /// Looks at the first record without taking it: it counts the columns of a file without header, and shows a header that lies.
    private mutating func look(_ header: inout CSVHeader) {
        var mark = text.mark
        var ahead = text.frame(limit: 1)
        while ahead.count == 0, ahead.rejects.isEmpty, !text.reader.isAtEnd {
            text.reader.refill()
            mark = text.mark
            ahead = text.frame(limit: 1)
        }
        text.restart(mark)
        guard ahead.count > 0 else { return }
        if layout.columns.isEmpty {
            layout.columns = header.numbered(ahead)
        } else {
            layout.warnings += header.warnings(firstRecord: ahead)
        }
    }

    mutating func next() throws(SluiceError) -> FramedRecords? { try text.next() }
}
