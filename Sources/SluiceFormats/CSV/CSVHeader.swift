import SluiceCore

/// The first line or lines of a file as column names, and what looks wrong about it.
struct CSVHeader {
    private let dialect: CSVDialect
    private let path: String
    private let parser: LibCSV?
    private var fields: [[UInt8]] = []

    init(_ dialect: CSVDialect, path: String) {
        self.dialect = dialect
        self.path = path
        parser = dialect.quote.map { LibCSV(delimiter: dialect.delimiter, quote: $0, trims: dialect.trims) }
    }

    /// The columns' names, made of one row or several; an empty one is called after its position.
    ///
    /// - Throws: when a row is no record, is not text, or a name stands twice.
    mutating func names(_ rows: [FramedRecords]) throws(SluiceError) -> [String] {
        var names: [String] = []
        for (index, row) in rows.enumerated() {
            let fields = try checkedFields(row)
            if index == rows.count - 1 { self.fields = fields }
            if names.count < fields.count { names += [String](repeating: "", count: fields.count - names.count) }
            for (column, field) in fields.enumerated() where !field.isEmpty {
                names[column] += (names[column].isEmpty ? "" : dialect.headerSeparator) + String(decoding: field, as: UTF8.self)
            }
        }
        let line = rows.last.map { $0.origin.position(0) } ?? 1
        let place = SourceLocation.file(path: path, line: Int(rows.first.map { $0.origin.position(0) } ?? 1))
        var seen: [ExactText: Int] = [:]
        for index in names.indices {
            if names[index].isEmpty { names[index] = "column\(index + 1)" }
            if let first = seen.updateValue(index, forKey: ExactText(names[index])) {
                throw SluiceError(
                    .duplicateColumn, "the header names \"\(names[index])\" twice, as columns \(first + 1) and \(index + 1)", at: place,
                    remedy: "if the next line belongs to the header, set header_rows: \(rows.count + 1); otherwise set skip_lines: \(line) "
                        + "and give the names as header: [\(names.count) names]")
            }
        }
        return names
    }

    /// The fields of one row of the header.
    private func checkedFields(_ framed: FramedRecords) throws(SluiceError) -> [[UInt8]] {
        if let reject = framed.rejects.first {
            throw SluiceError(reject.error.code, "the header cannot be read: \(reject.error.message)", at: reject.location)
        }
        let place = SourceLocation.file(path: path, line: Int(framed.origin.position(0)))
        if let fault = framed.records[0].withUnsafeBufferPointer(TextCheck.fault) {
            throw SluiceError(
                .invalidEncoding, "the header is not text: \(RowError.notText(fault, encoding: dialect.encoding).message)", at: place)
        }
        guard let fields = split(framed) else {
            throw SluiceError(
                .malformedRecord, "the header cannot be taken apart", at: place, remedy: "check its quotes, or set quotes: lenient")
        }
        guard fields.count <= CoreLimits.columns else {
            throw SluiceError(.limitExceeded, "the header has \(fields.count) columns; \(CoreLimits.columns) are allowed", at: place)
        }
        return fields
    }

    /// `column1`, `column2`, …: one for each field of the record.
    func numbered(_ framed: FramedRecords) -> [String] { (split(framed) ?? []).indices.map { "column\($0 + 1)" } }

    /// A warning when the header's texts have the types of the first record's, and some are not text: then it is likely data.
    func warnings(firstRecord framed: FramedRecords) -> [String] {
        let first = split(framed) ?? []
        let shapes = fields.map { Shape(text: $0, dialect) }
        guard first.count == fields.count, shapes.contains(where: { $0 != .text && $0 != .unknown }),
            zip(shapes, first).allSatisfy({ $0 == Shape(text: $1, dialect) })
        else { return [] }
        let shown = String(decoding: Array(fields.joined(separator: dialect.delimiterBytes)), as: UTF8.self).quotedForMessage
        return ["the first line of \(path) looks like data, not like column names: \(shown); if it is data, set header: false"]
    }

    /// The fields of the first record; nil when its quotes make no sense.
    private func split(_ framed: FramedRecords) -> [[UInt8]]? {
        let record = framed.records[0]
        if dialect.isWide { return Self.splitWide(record, dialect) }
        guard let parser, let quote = dialect.quote, record.contains(quote) else {
            let fields = record.split(separator: dialect.delimiter, omittingEmptySubsequences: false)
            return fields.map { dialect.trims ? trimmed($0) : Array($0) }
        }
        do throws(LibCSV.Failure) {
            try record.withUnsafeBufferPointer { bytes throws(LibCSV.Failure) in try parser.tokenize(bytes) }
        } catch {
            if case .stray = error, !dialect.isStrict { return Self.splitWide(record, dialect) }
            return nil
        }
        return parser.list
    }

    private static func splitWide(_ record: ArraySlice<UInt8>, _ dialect: CSVDialect) -> [[UInt8]]? {
        record.withUnsafeBufferPointer { bytes in
            let wide = WideRecord(bytes, dialect.recordRules(columnCount: nil), isEnd: true)
            var memory = QuoteMemory()
            var fields: [[UInt8]] = []
            var start = wide.fieldStart(0)
            while true {
                let field = wide.field(at: start, &memory)
                var text: [UInt8] = []
                wide.append(field, to: &text)
                fields.append(text)
                switch field.stop {
                case .delimiter(let next): start = next
                case .record: return fields
                case .incomplete, .unclosed, .stray: return nil
                }
            }
        }
    }

    private func trimmed(_ field: ArraySlice<UInt8>) -> [UInt8] {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        return Array(field.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
