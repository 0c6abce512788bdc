import CTextScan
import SluiceCore

extension RecordRules {
    /// Lines without quoting; a CR alone is a space in JSON.
    static let jsonLines = RecordRules(quote: nil, trims: true, endsAtCarriageReturn: false)
}

/// Lines that are not blank.
struct JSONLinesFramer: RecordFramer {
    var text: TextFramer
    let encoding: TextEncoding

    var layout: FileLayout { FileLayout(json: .lines, encoding) }

    mutating func next() throws(SluiceError) -> FramedRecords? { try text.next() }

    mutating func nextBlock() throws(SluiceError) -> (any RecordBlock)? {
        while !text.scanner.isSkipping {
            let (end, lines) = wholeLines()
            if end > CoreLimits.recordBytes { break }
            if end > 0 {
                let start = text.reader.position
                let block = JSONBlock(
                    bytes: text.reader.buffer, range: start..<(start + end), layout: .lines, firstLine: text.scanner.line, limit: lines + 1,
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
