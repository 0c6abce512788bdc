import CTextScan
import SluiceCore

extension RecordRules {
    /// Lines as they are; the carriage return before a line feed is left to the decoder.
    static func lines(keepsEmpty: Bool) -> RecordRules {
        RecordRules(quote: nil, trims: true, keepsEmptyLines: keepsEmpty, endsAtCarriageReturn: false)
    }
}

/// Whole lines that were found together and not told apart yet.
struct LineBlock: RecordBlock {
    /// A buffer that neighbouring blocks share.
    let bytes: [UInt8]
    let range: Range<Int>
    /// From 1.
    let firstLine: Int64
    let rules: RecordRules
    let path: String

    var framed: FramedRecords {
        var collector = RecordCollector()
        var scanner = RecordScanner(rules, path: path)
        scanner.line = firstLine
        var position = range.lowerBound
        bytes.withUnsafeBufferPointer { bytes in
            scanner.scan(UnsafeBufferPointer(rebasing: bytes[..<range.upperBound]), &position, isEnd: true, limit: .max, into: &collector)
        }
        return collector.framed(bytes, path: path)
    }
}

/// A record a line.
struct LineFramer: RecordFramer {
    let layout: FileLayout
    private var text: TextFramer

    init(
        _ source: InputBytes, layout: FileLayout, keepsEmptyLines: Bool, path: String, chunkBytes: Int = FormatLimits.chunkBytes
    ) {
        self.layout = layout
        text = TextFramer(source, rules: .lines(keepsEmpty: keepsEmptyLines), path: path, chunkBytes: chunkBytes)
    }

    mutating func next() throws(SluiceError) -> FramedRecords? { try text.next() }

    mutating func nextBlock() throws(SluiceError) -> (any RecordBlock)? {
        while !text.scanner.isSkipping {
            let (end, lines) = wholeLines()
            if end > CoreLimits.recordBytes { break }
            if end > 0 {
                let start = text.reader.position
                let block = LineBlock(
                    bytes: text.reader.buffer, range: start..<(start + end), firstLine: text.scanner.line, rules: text.scanner.rules,
                    path: text.path)
                text.reader.position += end
                text.scanner.line += Int64(lines)
                text.framedRecords += Int64(lines)
                return block
            }
            if text.reader.isAtEnd || text.reader.buffer.count - text.reader.position > CoreLimits.recordBytes { break }
            text.reader.refill()
        }
        return try text.next()
    }

    /// Where the buffer's whole lines end, and how many line feeds there are; at most as many as a batch has rows.
    private func wholeLines() -> (end: Int, lines: Int) {
        let reader = text.reader
        return reader.buffer.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, reader.position < bytes.count else { return (0, 0) }
            let count = bytes.count - reader.position
            var lines = 0
            let end = sluice_json_lines_end(base + reader.position, count, CoreLimits.batchRows, &lines)
            // The last line may have no end.
            return lines < CoreLimits.batchRows && reader.isAtEnd && reader.failure == nil ? (count, lines) : (end, lines)
        }
    }
}
