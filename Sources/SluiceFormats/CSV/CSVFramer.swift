import SluiceCore

/// Finds out a CSV file's dialect where it was not given, reads its header, then its records.
struct CSVFramer: RecordFramer {
    private(set) var layout: FileLayout
    /// With what was found out.
    let dialect: CSVDialect
    private var text: TextFramer
    private var footer: FooterCutter
    private let allowsBlocks: Bool

    /// - Throws: `malformedRecord`, `invalidEncoding` or `duplicateColumn` for a header that cannot be read; what the source throws.
    init(_ source: InputBytes, dialect given: CSVDialect, path: String, chunkBytes: Int = FormatLimits.chunkBytes) throws(SluiceError) {
        var start = PrefixedSource(source)
        let sample = start.peek(CSVLimits.detectedBytes)
        let found = DialectDetection(sample, isWhole: start.isWhole, given)
        dialect = try given.adding(found.applied)
        layout = FileLayout(format: CSVFormat.name, options: dialect.decoderOptions)
        layout.warnings = found.notices.map { "\(path): \($0)" }
        if FormatRegistry.isPlainlyJSON(sample[...]) {
            layout.warnings.append("\(path) is read as CSV, but looks like JSON; set format: json (--from json) to read it so")
        }
        allowsBlocks = dialect.allowsBlocks && !dialect.isWide && !dialect.hasFooter
        footer = FooterCutter(dialect)
        text = TextFramer(
            dialect.encoding.decoded(start), rules: dialect.recordRules(columnCount: nil), path: path, chunkBytes: chunkBytes)
        try text.skipLines(dialect.skippedLines)
        var header = CSVHeader(dialect, path: path)
        if dialect.header == .present {
            let rows = try headerRows()
            guard !rows.isEmpty else { return }
            layout.columns = try header.names(rows)
            text.framedRecords = 0
        } else if case .given(let names) = dialect.header {
            layout.columns = names
        }
        if dialect.header != .given(layout.columns) { look(&header) }
        text.scanner.rules = dialect.recordRules(columnCount: layout.columns.count)
    }

    /// The rows of the header, a record each; fewer where the file ends.
    private mutating func headerRows() throws(SluiceError) -> [FramedRecords] {
        var rows: [FramedRecords] = []
        while rows.count < dialect.headerRows, let framed = try text.next(limit: 1) {
            rows.append(framed)
            if !framed.rejects.isEmpty { break }
        }
        return rows
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

    mutating func next() throws(SluiceError) -> FramedRecords? {
        guard dialect.hasFooter else { return try text.next() }
        while !footer.isReady {
            guard let framed = try text.next() else {
                footer.finish()
                break
            }
            footer.add(framed)
        }
        return footer.next()
    }

    mutating func nextBlock() throws(SluiceError) -> (any RecordBlock)? {
        if allowsBlocks { return try text.nextBlock() }
        return try next()
    }
}
