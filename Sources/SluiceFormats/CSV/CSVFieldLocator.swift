/// Finds single fields in a record's bytes, for messages and rare questions; the hot path does not.
struct CSVFieldLocator {
    private let dialect: CSVDialect
    private let rules: RecordRules

    init(_ dialect: CSVDialect) {
        self.dialect = dialect
        rules = dialect.recordRules(columnCount: nil)
    }

    /// Where field `field` (from 0) starts, its quote included; the record's end if there are fewer.
    func offset(of field: Int, in record: UnsafeBufferPointer<UInt8>) -> Int {
        if dialect.isWide { return wideOffset(of: field, in: record) }
        var start = 0
        for _ in 0..<field {
            start = skipBlanks(start, record)
            var position = start
            if isQuoted(at: start, in: record) { position = QuotedRecord(record, rules).quotesEnd(openedAt: start) }
            position = record.first(dialect.delimiter, from: position)
            guard position < record.count else { return record.count }
            start = position + 1
        }
        return skipBlanks(start, record)
    }

    private func wideOffset(of field: Int, in record: UnsafeBufferPointer<UInt8>) -> Int {
        let wide = WideRecord(record, rules, isEnd: true)
        var memory = QuoteMemory()
        var start = wide.fieldStart(0)
        for _ in 0..<field {
            guard case .delimiter(let next) = wide.field(at: start, &memory).stop else { return record.count }
            start = next
        }
        return skipBlanks(start, record)
    }

    func isQuoted(at offset: Int, in record: UnsafeBufferPointer<UInt8>) -> Bool {
        offset < record.count && record[offset] == dialect.quote
    }

    private func skipBlanks(_ start: Int, _ record: UnsafeBufferPointer<UInt8>) -> Int {
        guard dialect.trims else { return start }
        var start = start
        while start < record.count, rules.isBlank(record[start]) { start += 1 }
        return start
    }
}
