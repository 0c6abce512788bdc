import Glibc
import SluiceCore

/// Where the wanted fields of a batch's records are.
///
/// A record without a quote is split where it lies; one with quotes goes through libcsv, and its fields lie in `arena` without their quotes.
/// A test holds the first way against libcsv as well.
struct CSVFieldTable {
    private let decoder: CSVDecoder
    private let records: RawRecords
    private let bytes: UnsafeBufferPointer<UInt8>
    private var arena: [UInt8] = []
    /// Column after column, a span a record.
    private let spans: UnsafeMutableBufferPointer<TextColumn.Span>
    private let rows: Int
    private let delimiters: UInt64
    private var parser: LibCSV?
    /// Only the empty text is null, so an empty length says it all.
    private let onlyEmptyIsNull: Bool
    private let nullTexts: [[UInt8]]
    /// A framer found the records, so no line end stands in them outside of quotes.
    private let wereFramed: Bool

    /// The record that stands in the line behind the header; nil: it is not among these.
    private let firstRow: Int?

    init(_ decoder: CSVDecoder, _ records: RawRecords, _ bytes: UnsafeBufferPointer<UInt8>, _ origin: Origin) {
        wereFramed = if case .file = origin.split { true } else { false }
        let dialect = decoder.dialect
        let firstLine = Int64(dialect.skippedLines + dialect.headerRows + 1)
        firstRow = wereFramed && dialect.header == .present && records.count > 0 && origin.position(0) == firstLine ? 0 : nil
        self.decoder = decoder
        self.records = records
        self.bytes = bytes
        rows = records.count
        spans = .allocate(capacity: decoder.schema.count * rows)
        spans.initialize(repeating: TextColumn.null)
        delimiters = Words.all(decoder.dialect.delimiter)
        nullTexts = decoder.dialect.nullTexts
        onlyEmptyIsNull = nullTexts == [[]]
    }

    func deallocate() { spans.deallocate() }

    // MARK: First pass: fields

    mutating func fill(_ faults: inout RecordFaults) {
        guard rows > 0 else { return }
        let rules = decoder.dialect.recordRules(columnCount: nil)
        let isPlain = TextCheck.isPlainASCII(UnsafeBufferPointer(rebasing: bytes[records.span]))
        for row in 0..<rows {
            let range = records.range(row)
            let record = UnsafeBufferPointer(rebasing: bytes[range])
            if !isPlain, let fault = decoder.dialect.textFault(in: record) {
                faults.add(.notText(fault, encoding: decoder.dialect.encoding), row: row, offset: fault.offset)
                continue
            }
            let count: Int
            if rules.isWide {
                guard let fields = splitWide(range, row, rules, &faults) else { continue }
                count = fields
            } else if let quote = decoder.dialect.quote, holds(quote, record) || hasLineEnd(record) {
                guard let fields = splitSimple(range, quote, row) ?? splitQuoted(range, quote, row, rules, &faults) else { continue }
                count = fields
            } else {
                count = splitPlain(range, row)
            }
            if count != decoder.fieldCount { checkCount(count, record, row, &faults) }
        }
    }

    @inline(__always)
    private func holds(_ byte: UInt8, _ record: UnsafeBufferPointer<UInt8>) -> Bool {
        record.baseAddress.map { memchr($0, Int32(byte), record.count) != nil } ?? false
    }

    /// Whether a record that no framer saw is more than one line.
    @inline(__always)
    private func hasLineEnd(_ record: UnsafeBufferPointer<UInt8>) -> Bool {
        !wereFramed && (holds(0x0A, record) || holds(0x0D, record))
    }

    private func checkCount(_ count: Int, _ record: UnsafeBufferPointer<UInt8>, _ row: Int, _ faults: inout RecordFaults) {
        let expected = decoder.fieldCount
        let hint = decoder.delimiterHint ?? decoder.dialect.hint(record, fieldCount: count, expected: expected)
        let found = "the record has \(count) \(count == 1 ? "field" : "fields"), the header \(expected); "
        if count > expected {
            if decoder.dialect.ragged.truncates { return }
            let offset = CSVFieldLocator(decoder.dialect).offset(of: expected, in: record)
            let message = found + (hint ?? "is a field with the delimiter not quoted?")
            faults.add(RowError(.tooManyFields, message), row: row, offset: offset)
        } else if !decoder.dialect.ragged.pads {
            let message = found + (hint ?? decoder.dialect.paddingHint)
            faults.add(RowError(.tooFewFields, message), row: row, offset: record.count)
        }
    }

    /// Splits at every delimiter, eight bytes at a time; returns the number of fields.
    @inline(__always)
    private func splitPlain(_ range: Range<Int>, _ row: Int) -> Int {
        let base = UnsafeRawPointer(bytes.baseAddress!)
        let delimiter = decoder.dialect.delimiter
        var fieldStart = range.lowerBound
        var field = 0
        var position = range.lowerBound
        return decoder.slots.withUnsafeBufferPointer { slots in
            while position + 8 <= range.upperBound {
                var found = Words.zeroBytes(base.loadUnaligned(fromByteOffset: position, as: UInt64.self) ^ delimiters)
                while found != 0 {
                    let end = position + found.trailingZeroBitCount >> 3
                    take(field, fieldStart, end, row, slots)
                    fieldStart = end + 1
                    field += 1
                    found &= found &- 1
                }
                position += 8
            }
            while position < range.upperBound {
                if bytes[position] == delimiter {
                    take(field, fieldStart, position, row, slots)
                    fieldStart = position + 1
                    field += 1
                }
                position += 1
            }
            take(field, fieldStart, range.upperBound, row, slots)
            return field + 1
        }
    }

    @inline(__always)
    private func take(_ field: Int, _ start: Int, _ end: Int, _ row: Int, _ slots: UnsafeBufferPointer<Int32>) {
        guard field < slots.count else { return }
        let slot = Int(slots[field])
        guard slot >= 0 else { return }
        var (start, end) = (start, end)
        if decoder.dialect.trims { (start, end) = trimmed(start, end) }
        if onlyEmptyIsNull ? start == end : isNull(bytes[start..<end]) { return }
        spans[slot &* rows &+ row] = TextColumn.span(start, end &- start)
    }

    private func trimmed(_ start: Int, _ end: Int) -> (Int, Int) {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var (start, end) = (start, end)
        while start < end, isBlank(bytes[start]) { start += 1 }
        while start < end, isBlank(bytes[end - 1]) { end -= 1 }
        return (start, end)
    }

    private func isNull(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        nullTexts.contains { $0.count == text.count && text.elementsEqual($0) }
    }

    /// Splits a record whose quoted fields hold no quotes where it lies; nil when it is not so simple.
    private func splitSimple(_ range: Range<Int>, _ quote: UInt8, _ row: Int) -> Int? {
        let delimiter = decoder.dialect.delimiter
        let record = UnsafeBufferPointer(rebasing: bytes[..<range.upperBound])
        guard !decoder.dialect.trims else { return nil }
        return decoder.slots.withUnsafeBufferPointer { slots -> Int? in
            var field = 0
            var start = range.lowerBound
            while true {
                let isQuoted = start < range.upperBound && record[start] == quote
                var end = start
                if isQuoted {
                    let close = record.first(quote, from: start + 1)
                    end = close + 1
                    guard end == range.upperBound || (end < range.upperBound && record[end] == delimiter) else { return nil }
                    if field < slots.count, slots[field] >= 0 {
                        spans[Int(slots[field]) &* rows &+ row] = TextColumn.span(start + 1, close - start - 1)
                    }
                } else {
                    while end < range.upperBound, record[end] != delimiter {
                        // A quote inside, or a line end, is for libcsv to judge.
                        if record[end] == quote || record[end] == 0x0A || record[end] == 0x0D { return nil }
                        end += 1
                    }
                    take(field, start, end, row, slots)
                }
                field += 1
                guard end < range.upperBound else { return field }
                start = end + 1
            }
        }
    }

    /// Takes a record with quotes apart; nil when it is rejected.
    private mutating func splitQuoted(
        _ range: Range<Int>, _ quote: UInt8, _ row: Int, _ rules: RecordRules, _ faults: inout RecordFaults
    ) -> Int? {
        let record = UnsafeBufferPointer(rebasing: bytes[range])
        let parser = parser ?? LibCSV(delimiter: rules.delimiter, quote: quote, trims: rules.trims)
        self.parser = parser
        do throws(LibCSV.Failure) {
            try parser.tokenize(record)
        } catch {
            if case .stray = error, !rules.isStrict { return splitWide(range, row, rules, &faults) }
            let (reason, offset) = error.explanation(record)
            faults.add(RowError(.malformedRecord, reason), row: row, offset: offset)
            return nil
        }
        let fields = parser.fields
        // Behind the records, as the spans count.
        let base = bytes.count + arena.count
        arena.append(contentsOf: fields.text)
        var start = 0
        var empties = fields.emptyFields.makeIterator()
        var nextEmpty = empties.next()
        for (field, end) in fields.ends.enumerated() {
            let isEmpty = nextEmpty == Int32(truncatingIfNeeded: field)
            if isEmpty { nextEmpty = empties.next() }
            let text = start..<Int(end)
            start = Int(end)
            guard field < decoder.slots.count, decoder.slots[field] >= 0 else { continue }
            if isNull(fields.text[text], isUnquotedEmpty: isEmpty, field, record) { continue }
            spans[Int(decoder.slots[field]) * rows + row] = TextColumn.span(base + text.lowerBound, text.count)
        }
        return fields.ends.count
    }

    /// Takes a record apart that libcsv cannot; nil when it is rejected.
    private mutating func splitWide(_ range: Range<Int>, _ row: Int, _ rules: RecordRules, _ faults: inout RecordFaults) -> Int? {
        let record = WideRecord(UnsafeBufferPointer(rebasing: bytes[..<range.upperBound]), rules, isEnd: true)
        var memory = QuoteMemory()
        var count = 0
        var start = record.fieldStart(range.lowerBound)
        while true {
            let field = record.field(at: start, &memory)
            if count < decoder.slots.count, decoder.slots[count] >= 0 { take(field, record, Int(decoder.slots[count]), row) }
            count += 1
            let failure: LibCSV.Failure
            switch field.stop {
            case .delimiter(let next):
                start = next
                continue
            case .record(let end):
                if end == range.upperBound { return count }
                failure = .lineEnd(offset: end - range.lowerBound)
            case .stray(let quote): failure = .stray(offset: quote + 1 - range.lowerBound)
            case .unclosed, .incomplete: failure = .unclosed
            }
            let (reason, offset) = failure.explanation(UnsafeBufferPointer(rebasing: bytes[range]))
            faults.add(RowError(.malformedRecord, reason), row: row, offset: offset)
            return nil
        }
    }

    private mutating func take(_ field: WideRecord.Field, _ record: WideRecord, _ slot: Int, _ row: Int) {
        if !field.isQuoted, isNull(bytes[field.content]) { return }
        guard field.needsUnescaping else {
            spans[slot * rows + row] = TextColumn.span(field.content.lowerBound, field.content.count)
            return
        }
        let start = arena.count
        record.append(field, to: &arena)
        spans[slot * rows + row] = TextColumn.span(bytes.count + start, arena.count - start)
    }

    private func isNull(_ text: ArraySlice<UInt8>, isUnquotedEmpty: Bool, _ field: Int, _ record: UnsafeBufferPointer<UInt8>) -> Bool {
        if text.isEmpty { return isUnquotedEmpty && nullTexts.contains([]) }
        guard !onlyEmptyIsNull, nullTexts.contains(where: { text.elementsEqual($0) }) else { return false }
        // libcsv does not say whether a field was quoted, so a text that would be null is looked up in the record.
        let locator = CSVFieldLocator(decoder.dialect)
        return !locator.isQuoted(at: locator.offset(of: field, in: record), in: record)
    }

    /// What a value of the first record that does not fit may mean.
    private func headerHint(_ row: Int) -> String? {
        let rows = decoder.dialect.headerRows + 1
        return row == firstRow ? "if this line belongs to the header, set header_rows: \(rows)" : nil
    }

    // MARK: Second pass: columns

    func columns(_ faults: inout RecordFaults) -> [Column] {
        arena.withUnsafeBufferPointer { arena in
            decoder.schema.fields.indices.map { column in
                let type = decoder.schema.fields[column].type
                guard let field = decoder.sources[column] else { return .nulls(type, count: rows) }
                let texts = TextColumn(
                    spans: UnsafeBufferPointer(rebasing: spans[(column * rows)..<((column + 1) * rows)]), raw: bytes, arena: arena,
                    rules: decoder.dialect.rules)
                var failures: [Int] = []
                let result = texts.column(type, failures: &failures)
                for row in failures where !faults.contains(row) {
                    let record = UnsafeBufferPointer(rebasing: bytes[records.range(row)])
                    let text = texts.text(texts.spans[row])
                    let error = RowError.doesNotFit(
                        text, type.description, column: decoder.schema.fields[column].name,
                        hint: decoder.dialect.hint(text, type) ?? headerHint(row))
                    faults.add(error, row: row, offset: CSVFieldLocator(decoder.dialect).offset(of: field, in: record))
                }
                return result
            }
        }
    }
}
