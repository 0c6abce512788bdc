import SluiceCore
import SluicePatterns

/// The pattern of a record's first line.
struct RecordStart: Sendable {
    fileprivate let pattern: Pattern

    /// - Throws: `invalidOption` for a malformed pattern, or one that every line matches.
    init(_ text: String, own: [String]) throws(SluiceError) {
        var definitions = GrokLibrary.definitions
        if !own.isEmpty { definitions = try GrokExpression(["(?<any>)"], own: own).definitions }
        pattern = try GrokExpression.compiled(text, .prefix, definitions, wanted: [])
        var matcher = Matcher(pattern)
        guard !matcher.matches(UnsafeBufferPointer(start: nil, count: 0)) else {
            throw SluiceError(
                .invalidOption, "every line matches the record_start \(text.quotedForMessage), even an empty one",
                remedy: "say what only a record's first line starts with, such as %{TIMESTAMP_ISO8601}")
        }
    }
}

/// Finds the lines with which records start.
private final class StartSearch {
    private let automaton: PatternAutomaton
    private var matcher: Matcher

    init(_ start: RecordStart) {
        automaton = PatternAutomaton(start.pattern, capturing: false)
        matcher = Matcher(start.pattern)
    }

    func matches(_ line: UnsafeBufferPointer<UInt8>) -> Bool { automaton.matches(line) ?? matcher.matches(line) }
}

/// Records of several lines: one starts where a line matches a pattern, and ends before the next such line.
struct RecordStartFramer: RecordFramer {
    let layout: FileLayout
    private var reader: ChunkReader
    private let path: String
    private let start: RecordStart
    private let keepsEmptyRecords: Bool
    /// Of the byte at the reader's position.
    private var line: Int64 = 1
    /// The record at the reader's position was rejected; its other lines are passed over.
    private var isSkipping = false
    /// The reader's position is in the middle of a line that was too long.
    private var isInsideLine = false
    private var framedRecords: Int64 = 0
    private let searches = Pool<StartSearch>()

    init(
        _ source: InputBytes, start: RecordStart, layout: FileLayout, keepsEmptyRecords: Bool, path: String,
        chunkBytes: Int = FormatLimits.chunkBytes
    ) {
        reader = ChunkReader(source, chunkBytes: chunkBytes)
        self.start = start
        self.layout = layout
        self.keepsEmptyRecords = keepsEmptyRecords
        self.path = path
    }

    mutating func next() throws(SluiceError) -> FramedRecords? {
        while true {
            let framed = frame()
            if framed.count > 0 || !framed.rejects.isEmpty {
                framedRecords += Int64(framed.count)
                return framed
            }
            if reader.isAtEnd {
                guard var failure = reader.failure else { return nil }
                failure = failure.located(at: .file(path: path, line: Int(line)))
                failure.message += "; \(framedRecords) whole records before it were read"
                throw failure
            }
            reader.refill()
        }
    }

    /// The whole records of the buffer, as many as a batch has rows.
    private mutating func frame() -> FramedRecords {
        let buffer = reader.buffer
        return searches.with({ StartSearch(start) }) { search in
            var collector = RecordCollector()
            buffer.withUnsafeBufferPointer { frame($0, search, &collector) }
            return collector.framed(buffer, path: path)
        }
    }

    private mutating func frame(_ bytes: UnsafeBufferPointer<UInt8>, _ search: StartSearch, _ collector: inout RecordCollector) {
        let isEnd = reader.isAtEnd && reader.failure == nil
        // Where the record starts, where the line starts that is looked at, and how many lines lie between.
        var (record, position, lines) = (reader.position, reader.position, Int64(0))
        while collector.count < CoreLimits.batchRows, position < bytes.count {
            let end = bytes.first(0x0A, from: position)
            let isTooLong = end - position > CoreLimits.recordBytes
            let isCut = end == bytes.count && !isEnd
            if isCut, !isTooLong || isInsideLine {
                if position - record > CoreLimits.recordBytes + 1 { reject(bytes, record, &collector) }
                // What is passed over need not be kept.
                if isSkipping { (record, line, lines) = (isInsideLine ? end : position, line + lines, 0) }
                break
            }
            let start = UnsafeBufferPointer(rebasing: bytes[position..<min(end, position + CoreLimits.recordBytes)])
            if !isInsideLine, position > record || isSkipping, search.matches(start) {
                add(bytes, record, position - 1, &collector)
                (record, line, lines) = (position, line + lines, 0)
            }
            if end - record > CoreLimits.recordBytes { reject(bytes, record, &collector) }
            isInsideLine = isCut
            position = min(end + 1, bytes.count)
            lines += isCut ? 0 : 1
            if position == bytes.count, isEnd { add(bytes, record, end, &collector) }
            if isSkipping || (position == bytes.count && isEnd) { (record, line, lines) = (position, line + lines, 0) }
        }
        reader.position = record
    }

    private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ collector: inout RecordCollector) {
        defer { isSkipping = false }
        guard !isSkipping, end >= start else { return }
        if !keepsEmptyRecords, bytes[start..<end].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }) { return }
        collector.add(start, end, line: line)
    }

    private mutating func reject(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ collector: inout RecordCollector) {
        if !isSkipping {
            let kept = bytes[start...].prefix(FormatLimits.rejectRawBytes)
            collector.reject(
                RowError(
                    .recordTooLarge, "the record is over \(CoreLimits.recordBytes) bytes; its first \(kept.count) bytes are kept"),
                at: .file(path: path, line: Int(line)), raw: kept)
        }
        isSkipping = true
    }
}
