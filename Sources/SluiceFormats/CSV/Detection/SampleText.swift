import SluiceCore

/// The start of a file as UTF-8, cut behind its last whole line, and how it falls into records.
struct SampleText {
    /// A record of the sample as one way of reading sees it.
    struct Record {
        /// From 1, in the sample.
        var line: Int
        var range: Range<Int>
        var fieldCount: Int
        var quotedCount: Int
        /// A quote makes no sense.
        var isBad: Bool
    }

    /// One way of reading.
    struct Marks: Hashable {
        /// Empty: runs of blanks.
        var delimiter: [UInt8]
        var quote: UInt8?
        var escape: UInt8?
    }

    let bytes: [UInt8]
    /// Nothing follows the sample.
    let isWhole: Bool
    private let dialect: CSVDialect

    init(_ sample: [UInt8], isWhole: Bool, _ encoding: TextEncoding, _ dialect: CSVDialect) {
        self.isWhole = isWhole
        self.dialect = dialect
        var source = encoding.decoded(MemorySource(sample))
        var text = [UInt8](repeating: 0, count: 3 * sample.count)
        var count = 0
        text.withUnsafeMutableBytes { buffer in
            while let got = try? source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...])), got > 0 { count += got }
        }
        text.removeLast(text.count - count)
        if !isWhole, let last = text.lastIndex(where: { $0 == 0x0A || $0 == 0x0D }) { text.removeLast(text.count - last - 1) }
        bytes = text
    }

    /// The rules of one way of reading, with what the dialect says of everything else.
    func rules(_ marks: Marks) -> RecordRules {
        var rules = dialect.recordRules(columnCount: nil)
        rules.splitsAtBlanks = marks.delimiter.isEmpty
        rules.delimiter = marks.delimiter.first ?? 0x20
        rules.wideDelimiter = marks.delimiter.count > 1 ? marks.delimiter : []
        rules.quote = marks.quote
        rules.escape = marks.escape
        rules.isStrict = true
        return rules
    }

    /// The records behind the lines that the dialect skips; empty lines are none.
    func records(_ marks: Marks, limit: Int = CSVLimits.detectedRecords) -> [Record] {
        let rules = rules(marks)
        var records: [Record] = []
        bytes.withUnsafeBufferPointer { bytes in
            let wide = WideRecord(bytes, rules, isEnd: true)
            var search = LineSearch(bytes, RecordRules())
            var memory = QuoteMemory()
            var position = 0
            var line = 1
            while position < bytes.count, records.count < limit {
                let lineEnd = search.lineEnd(position)
                let isSkipped = line <= dialect.skippedLines || (!rules.comment.isEmpty && bytes[position...].starts(with: rules.comment))
                var record = Record(line: line, range: position..<lineEnd, fieldCount: 0, quotedCount: 0, isBad: false)
                if !isSkipped, position < lineEnd { Self.measure(&record, wide, &memory) }
                if record.fieldCount > 0 { records.append(record) }
                line += 1 + RecordPlace.lineBreaks(UnsafeBufferPointer(rebasing: bytes[record.range])).count
                position = search.next(after: record.range.upperBound, true) ?? bytes.count
            }
        }
        return records
    }

    private static func measure(_ record: inout Record, _ wide: WideRecord, _ memory: inout QuoteMemory) {
        var start = wide.fieldStart(record.range.lowerBound)
        while true {
            let field = wide.field(at: start, &memory)
            record.fieldCount += 1
            if field.isQuoted { record.quotedCount += 1 }
            switch field.stop {
            case .delimiter(let next): start = next
            case .record(let end):
                record.range = record.range.lowerBound..<end
                return
            case .incomplete, .unclosed, .stray:
                record.isBad = true
                return
            }
        }
    }

    /// The fields of a record, with their quotes taken away.
    func fields(_ record: Record, _ marks: Marks) -> [(text: [UInt8], isQuoted: Bool)] {
        let rules = rules(marks)
        return bytes.withUnsafeBufferPointer { bytes in
            let wide = WideRecord(UnsafeBufferPointer(rebasing: bytes[..<record.range.upperBound]), rules, isEnd: true)
            var memory = QuoteMemory()
            var fields: [(text: [UInt8], isQuoted: Bool)] = []
            var start = wide.fieldStart(record.range.lowerBound)
            while fields.count < CSVLimits.detectedFields {
                let field = wide.field(at: start, &memory)
                var text: [UInt8] = []
                wide.append(field, to: &text)
                fields.append((text, field.isQuoted))
                guard case .delimiter(let next) = field.stop else { break }
                start = next
            }
            return fields
        }
    }

    /// Whether the dialect as it is gives a table: a header of several fields, and records of as many.
    func isTable(_ dialect: CSVDialect) -> Bool {
        let marks = Marks(delimiter: dialect.delimiterBytes, quote: dialect.quote, escape: dialect.escape)
        let records = records(marks, limit: 50)
        guard let first = records.first, first.fieldCount > 1 else { return false }
        return 2 * records.count { $0.fieldCount == first.fieldCount } >= records.count
    }
}
