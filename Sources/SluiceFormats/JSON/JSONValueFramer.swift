import CTextScan
import SluiceCore

/// Objects after one another, or the elements of one array, in as many lines as they like.
///
/// Records that the structural search cannot tell are cut out by their brackets, and rejected by the decoder if they are malformed. Where
/// brackets themselves are not closed, all that follows is one reject: what would be a record there nobody can know.
struct JSONValueFramer: RecordFramer {
    /// What an array's next byte may be.
    private enum State { case beforeArray, beforeFirst, behindElement, behindComma, behindArray }

    private var reader: ChunkReader
    private let kind: JSONLayout
    private let encoding: TextEncoding
    private let path: String
    private var line: Int64 = 1
    private var state: State
    private var framedRecords: Int64 = 0
    /// The rest of a record over the limit is being passed.
    private var passing: JSONBrackets?

    init(_ source: InputBytes, layout: JSONLayout, encoding: TextEncoding, path: String, chunkBytes: Int = FormatLimits.chunkBytes) {
        reader = ChunkReader(source, chunkBytes: chunkBytes)
        kind = layout
        state = layout == .array ? .beforeArray : .beforeFirst
        self.encoding = encoding
        self.path = path
    }

    var layout: FileLayout { FileLayout(json: kind, encoding) }

    mutating func next() throws(SluiceError) -> FramedRecords? { try nextBlock()?.framed }

    mutating func nextBlock() throws(SluiceError) -> (any RecordBlock)? {
        while true {
            if passing != nil {
                pass()
                if passing == nil { continue }
            } else if let fault = try skipSeparators() {
                return fault
            }
            if passing == nil, reader.position < reader.buffer.count {
                if let block = block() { return block }
                if let record = careful() { return record }
            }
            if reader.isAtEnd {
                if reader.position < reader.buffer.count, reader.failure == nil { continue }
                try finish()
                return nil
            }
            reader.refill()
        }
    }

    // MARK: Between records

    /// Moves to the start of the next record, or to the buffer's end.
    ///
    /// - Returns: a reject for a comma that stands alone.
    /// - Throws: `malformedRecord` for what is no array.
    private mutating func skipSeparators() throws(SluiceError) -> FramedRecords? {
        let buffer = reader.buffer
        while reader.position < buffer.count {
            let byte = buffer[reader.position]
            if byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                if byte == 0x0A { line += 1 }
                reader.position += 1
                continue
            }
            guard kind == .array else { return nil }
            switch (state, byte) {
            case (.beforeArray, UInt8(ascii: "[")): state = .beforeFirst
            case (.beforeArray, _): throw wrong("expected an array in [ ]", "set layout: lines or documents")
            case (.behindArray, _): throw wrong("expected the file's end behind the array", "the file must hold one array; see layout")
            case (.beforeFirst, UInt8(ascii: "]")), (.behindElement, UInt8(ascii: "]")): state = .behindArray
            case (.behindElement, UInt8(ascii: ",")): state = .behindComma
            case (.behindComma, UInt8(ascii: "]")), (.behindComma, UInt8(ascii: ",")), (.beforeFirst, UInt8(ascii: ",")):
                if byte == UInt8(ascii: "]") { state = .behindArray }
                let fault = rejected(1, .malformedRecord, "an element must stand between commas and brackets")
                reader.position += 1
                return fault
            default: return nil
            }
            reader.position += 1
        }
        return nil
    }

    private func wrong(_ message: String, _ remedy: String) -> SluiceError {
        let rest = String(decoding: reader.buffer[reader.position...].prefix(20), as: UTF8.self).quotedForMessage
        return SluiceError(.malformedRecord, "\(message), not \(rest)", at: .file(path: path, line: Int(line)), remedy: remedy)
    }

    /// - Throws: what the source threw; `cutFile` for an array that is not closed.
    private func finish() throws(SluiceError) {
        if let failure = reader.failure {
            var copy = failure.located(at: .file(path: path, line: Int(line)))
            copy.message += "; \(framedRecords) whole records before it were read"
            throw copy
        }
        guard kind == .array, state != .behindArray, state != .beforeArray || framedRecords > 0 else { return }
        throw SluiceError(
            .cutFile, "the file ends inside its array; \(framedRecords) whole records before the end were read",
            at: .file(path: path, line: Int(line)), remedy: "get the whole file again")
    }

    // MARK: Records

    /// The regular records at the position, if one is there that is whole.
    private mutating func block() -> JSONBlock? {
        if state == .behindElement, kind == .array { return nil }
        let (records, end) = reader.buffer.withUnsafeBufferPointer { bytes in
            JSONBlockDecoder.structures.with(JSONStructure.init) { structure in
                structure.scan(
                    UnsafeBufferPointer(rebasing: bytes[reader.position...]), layout: kind, limit: CoreLimits.batchRows)
                // A record over the limit ends the block, and is cut out by its brackets.
                let count = (0..<structure.found.records).first {
                    structure.records[$0].end - structure.records[$0].start > CoreLimits.recordBytes
                }
                guard let count else { return (structure.found.records, structure.found.end) }
                return (count, count == 0 ? 0 : Int(structure.records[count - 1].end))
            }
        }
        guard records > 0 else { return nil }
        let range = reader.position..<(reader.position + end)
        let block = JSONBlock(bytes: reader.buffer, range: range, layout: kind, firstLine: line, limit: records, path: path)
        advance(end)
        framedRecords += Int64(records)
        return block
    }

    private mutating func advance(_ count: Int) {
        let start = reader.position
        line += reader.buffer.withUnsafeBufferPointer { UnsafeBufferPointer(rebasing: $0[start..<(start + count)]).lineFeeds }
        reader.position += count
        state = .behindElement
    }

    /// The value at the position, by its brackets; nil when it may go on behind the buffer.
    private mutating func careful() -> FramedRecords? {
        var brackets = JSONBrackets()
        let left = reader.buffer.count - reader.position
        let window = min(left, CoreLimits.recordBytes + 1)
        let start = reader.position
        let end = reader.buffer.withUnsafeBufferPointer { brackets.end(UnsafeBufferPointer(rebasing: $0[start..<(start + window)])) }
        if let end, end <= CoreLimits.recordBytes { return whole(end) }
        if left > CoreLimits.recordBytes {
            let fault = rejected(
                CoreLimits.recordBytes, .recordTooLarge,
                "the record is over \(CoreLimits.recordBytes) bytes; its first \(FormatLimits.rejectRawBytes) bytes are kept")
            advance(window)
            passing = end == nil ? brackets : nil
            if let end { reader.position -= window - end }
            return fault
        }
        guard reader.isAtEnd, reader.failure == nil else { return nil }
        return whole(left)
    }

    private mutating func whole(_ count: Int) -> FramedRecords {
        let needsComma = kind == .array && state == .behindElement
        let start = reader.position
        var result = rejected(count, .malformedRecord, "expected , or ] behind the element before this one")
        if !needsComma {
            result.rejects = []
            result.records = RawRecords(
                bytes: reader.buffer, starts: [Int32(truncatingIfNeeded: start)], ends: [Int32(truncatingIfNeeded: start + count)])
            result.lines = .dense(first: line, count: 1)
        }
        advance(count)
        framedRecords += 1
        return result
    }

    private func rejected(_ count: Int, _ code: SluiceError.Code, _ message: String) -> FramedRecords {
        let raw = Array(reader.buffer[reader.position..<(reader.position + count)].prefix(FormatLimits.rejectRawBytes))
        let reject = Reject(RowError(code, message), at: .file(path: path, line: Int(line)), raw: raw)
        return FramedRecords(RawRecords(bytes: []), lines: .dense(first: line, count: 0), rejects: [reject], path: path)
    }

    /// Passes the rest of a record over the limit.
    private mutating func pass() {
        guard var brackets = passing else { return }
        let start = reader.position
        let rest = reader.buffer.count - start
        let end = reader.buffer.withUnsafeBufferPointer { brackets.end(UnsafeBufferPointer(rebasing: $0[start...])) }
        passing = end == nil ? brackets : nil
        advance(end ?? rest)
    }
}

/// Finds where a value ends by its brackets and quotes, whatever else is in it.
struct JSONBrackets: Sendable {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var hasStarted = false

    /// The end of the value in the bytes that follow those of the call before; nil when it goes on behind them.
    ///
    /// A scalar goes to the next separator or bracket, and takes one byte at least.
    mutating func end(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        for (index, byte) in bytes.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                    if depth == 0 { return index + 1 }
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                if depth == 0, hasStarted { return index }
                isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth == 0, hasStarted { return index }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0, hasStarted { return index }
                depth -= 1
                if depth <= 0 { return index + 1 }
            case 0x20, 0x0A, 0x0D, 0x09, UInt8(ascii: ","):
                if depth == 0, hasStarted { return index }
            default: break
            }
            hasStarted = true
        }
        return nil
    }
}

extension UnsafeBufferPointer<UInt8> {
    var lineFeeds: Int64 {
        var count: Int64 = 0
        var position = 0
        while case let feed = first(0x0A, from: position), feed < self.count {
            count += 1
            position = feed + 1
        }
        return count
    }
}
