import Glibc
import SluiceCore

/// How records of a text format end.
struct RecordRules: Hashable, Sendable {
    /// Nil: no quoting, every line end ends a record.
    var quote: UInt8?
    var delimiter = UInt8(ascii: ",")
    /// The whole delimiter where it has several bytes.
    var wideDelimiter: [UInt8] = []
    /// Runs of blanks are the delimiter.
    var splitsAtBlanks = false
    /// Takes the meaning from the byte behind it.
    var escape: UInt8?
    /// Blanks (space, tab) around a field are not part of it, so a quote may stand behind them and blank lines may hold them.
    var trims = false
    /// Text behind a closing quote makes the record malformed. Otherwise it belongs to the field, which goes on as one without quotes, as
    /// Python's csv module and pandas have it.
    var isStrict = true
    /// Lines that start so are skipped.
    var comment: [UInt8] = []
    /// An empty line is a record: where a file has one column only, it is a null.
    var keepsEmptyLines = false
    /// CR alone ends a record too.
    var endsAtCarriageReturn = true
    var recordBytes = CoreLimits.recordBytes

    /// Whether libcsv's rules do not cover it.
    var isWide: Bool { !wideDelimiter.isEmpty || splitsAtBlanks || escape != nil }

    /// Whether the delimiter starts with a byte that `isBlank` would take.
    var startsBlank: Bool { wideDelimiter.first.map { $0 == 0x20 || $0 == 0x09 } ?? false }

    @inline(__always) func isBlank(_ byte: UInt8) -> Bool { (byte == 0x20 || byte == 0x09) && byte != delimiter }
}

/// Finds the ends of records in a buffer, with libcsv's rules for quotes, at the speed of `memchr` where there are none.
///
/// Whatever it decides about a record, it decides from the record's bytes and at most `RecordRules.recordBytes` of them, so the result
/// does not depend on how the bytes were cut into buffers.
struct RecordScanner: Sendable {
    var rules: RecordRules
    let path: String
    /// Of the next record, from 1.
    var line: Int64 = 1
    /// The rest of a record over the limit is being skipped.
    private(set) var isSkipping = false

    init(_ rules: RecordRules, path: String) {
        self.rules = rules
        self.path = path
    }

    /// Frames records from `position` on, until `limit` were found or the next one is not complete.
    ///
    /// - Parameter isEnd: nothing follows `bytes`.
    mutating func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, isEnd: Bool, limit: Int, into out: inout RecordCollector
    ) {
        var search = LineSearch(bytes, rules)
        let isWide = rules.isWide
        while position < bytes.count {
            if out.count >= limit { return }
            if isSkipping {
                guard skipLine(&search, &position, isEnd) else { return }
                isSkipping = false
                continue
            }
            if !rules.comment.isEmpty {
                if bytes.count - position < rules.comment.count, !isEnd { return }
                if bytes[position...].starts(with: rules.comment) {
                    isSkipping = true
                    continue
                }
            }
            let end = search.lineEnd(position)
            if isWide || search.quote(position) < end {
                guard frameQuoted(&search, &position, isEnd, &out) else { return }
                continue
            }
            guard end - position <= rules.recordBytes else {
                rejectTooLarge(bytes, &position, &out)
                continue
            }
            guard end < bytes.count || isEnd, let next = search.next(after: end, isEnd) else { return }
            emit(bytes, position, end, &out)
            position = next
            line += 1
        }
    }

    @inline(__always)
    private func emit(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ out: inout RecordCollector) {
        if !rules.keepsEmptyLines {
            if start == end { return }
            // Where a carriage return alone ends no record, that of a line feed is left at the end of the line.
            if rules.trims, bytes[start..<end].allSatisfy({ rules.isBlank($0) || $0 == 0x0D }) { return }
            if rules.splitsAtBlanks, bytes[start..<end].allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
        }
        out.add(start, end, line: line)
    }

    /// Passes the rest of the line; false when its end is not in the buffer (everything is passed then).
    private mutating func skipLine(_ search: inout LineSearch, _ position: inout Int, _ isEnd: Bool) -> Bool {
        let end = search.lineEnd(position)
        guard end < search.bytes.count, let next = search.next(after: end, isEnd) else {
            position = end
            return isEnd
        }
        position = next
        line += 1
        return true
    }

    /// Frames the record at `position`, whose end is not simply the next line end; false when more bytes are needed.
    private mutating func frameQuoted(
        _ search: inout LineSearch, _ position: inout Int, _ isEnd: Bool, _ out: inout RecordCollector
    ) -> Bool {
        let bytes = search.bytes
        let windowEnd = min(bytes.count, position + rules.recordBytes + 1)
        let window = UnsafeBufferPointer(rebasing: bytes[..<windowEnd])
        let isCut = bytes.count > position + rules.recordBytes
        let found =
            rules.isWide
            ? WideRecord(window, rules, isEnd: isEnd && !isCut).end(from: position, &search.memory)
            : QuotedRecord(window, rules).end(&search, from: position, isEnd: isEnd && !isCut)
        switch found {
        case .record(let end) where end - position <= rules.recordBytes:
            guard let next = search.next(after: end, isEnd) else { return false }
            emit(bytes, position, end, &out)
            line += lineBreaks(UnsafeBufferPointer(rebasing: bytes[position..<end])) + 1
            position = next
        case .record, .delimiter: rejectTooLarge(bytes, &position, &out)
        case .incomplete(let quote):
            guard isCut else { return false }
            guard let quote else {
                rejectTooLarge(bytes, &position, &out)
                return true
            }
            return rejectLine(&search, &position, at: quote, isEnd, "the quote is not closed within \(rules.recordBytes) bytes", &out)
        case .unclosed(let quote):
            return rejectLine(&search, &position, at: quote, isEnd, "the quote is not closed until the end of the file", &out)
        case .stray(let quote):
            return rejectLine(
                &search, &position, at: quote, isEnd,
                "text stands behind a closing quote; write a quote inside a quoted field twice, or set quotes: lenient", &out)
        }
        return true
    }

    /// Rejects what lies from `position` to the end of the line in which `place` is; scanning goes on behind it.
    private mutating func rejectLine(
        _ search: inout LineSearch, _ position: inout Int, at place: Int, _ isEnd: Bool, _ message: String,
        _ out: inout RecordCollector
    ) -> Bool {
        let bytes = search.bytes
        let end = search.lineEnd(place)
        if end - position > rules.recordBytes {
            rejectTooLarge(bytes, &position, &out)
            return true
        }
        guard end < bytes.count || isEnd, let next = search.next(after: end, isEnd) else { return false }
        let record = UnsafeBufferPointer(rebasing: bytes[position..<end])
        let location = RecordPlace.location(
            .file(path: path), position: line, record: record, offset: place - position, endsAtCarriageReturn: rules.endsAtCarriageReturn)
        out.reject(RowError(.malformedRecord, message), at: location, raw: record)
        line += lineBreaks(record) + 1
        position = next
        return true
    }

    private func lineBreaks(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64 {
        Int64(RecordPlace.lineBreaks(bytes, endsAtCarriageReturn: rules.endsAtCarriageReturn).count)
    }

    private mutating func rejectTooLarge(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, _ out: inout RecordCollector) {
        let record = UnsafeBufferPointer(rebasing: bytes[position..<(position + rules.recordBytes)])
        let kept = record.prefix(FormatLimits.rejectRawBytes)
        out.reject(
            RowError(.recordTooLarge, "the record is over \(rules.recordBytes) bytes; its first \(kept.count) bytes are kept"),
            at: .file(path: path, line: Int(line)), raw: kept)
        line += lineBreaks(record)
        position += record.count
        // A CRLF that the limit cuts in two is one line end.
        if record.last == 0x0D, position < bytes.count, bytes[position] == 0x0A { position += 1 }
        isSkipping = true
    }
}

/// The next line end and quote of a buffer, each searched once.
struct LineSearch {
    let bytes: UnsafeBufferPointer<UInt8>
    private let rules: RecordRules
    private var lineFeed = -1
    private var carriageReturn = -1
    private var quote = -1
    /// Where quotes do not close.
    var memory = QuoteMemory()

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ rules: RecordRules) {
        self.bytes = bytes
        self.rules = rules
    }

    /// The first line end at or behind `position`; the buffer's end if there is none.
    @inline(__always)
    mutating func lineEnd(_ position: Int) -> Int {
        if lineFeed < position { lineFeed = bytes.first(0x0A, from: position) }
        guard rules.endsAtCarriageReturn else { return lineFeed }
        if carriageReturn < position { carriageReturn = bytes.first(0x0D, from: position) }
        return min(lineFeed, carriageReturn)
    }

    @inline(__always)
    mutating func quote(_ position: Int) -> Int {
        guard let byte = rules.quote else { return bytes.count }
        if quote < position { quote = bytes.first(byte, from: position) }
        return quote
    }

    /// Where the line behind the line end at `end` starts; nil when a CR stands last and an LF might follow.
    @inline(__always)
    func next(after end: Int, _ isEnd: Bool) -> Int? {
        guard end < bytes.count else { return end }
        guard bytes[end] == 0x0D else { return end + 1 }
        guard end + 1 < bytes.count else { return isEnd ? end + 1 : nil }
        return bytes[end + 1] == 0x0A ? end + 2 : end + 1
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The first `byte` at or behind `position`; `count` if there is none.
    @inline(__always)
    func first(_ byte: UInt8, from position: Int) -> Int {
        guard position < count, let base = baseAddress, let found = memchr(base + position, Int32(byte), count - position) else {
            return count
        }
        return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
    }
}
