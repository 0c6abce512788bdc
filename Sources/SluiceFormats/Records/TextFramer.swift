import SluiceCore

/// Reads, scans and counts: the part of a framer that text formats share.
struct TextFramer: Sendable {
    var reader: ChunkReader
    var scanner: RecordScanner
    /// Records that were returned so far.
    var framedRecords: Int64 = 0

    let path: String

    init(_ source: InputBytes, rules: RecordRules, path: String, chunkBytes: Int = FormatLimits.chunkBytes) {
        reader = ChunkReader(source, chunkBytes: chunkBytes)
        scanner = RecordScanner(rules, path: path)
        self.path = path
    }

    /// Up to `limit` records; nil at the end.
    mutating func next(limit: Int = CoreLimits.batchRows) throws(SluiceError) -> FramedRecords? {
        while true {
            let framed = frame(limit: limit)
            if !framed.records.starts.isEmpty || !framed.rejects.isEmpty {
                framedRecords += Int64(framed.count)
                return framed
            }
            if reader.isAtEnd {
                if let failure = reader.failure { throw explained(failure) }
                return nil
            }
            reader.refill()
        }
    }

    /// What the buffer holds: up to `limit` records, without reading.
    mutating func frame(limit: Int) -> FramedRecords {
        var collector = RecordCollector()
        var position = reader.position
        let buffer = reader.buffer
        let isEnd = reader.isAtEnd && reader.failure == nil
        buffer.withUnsafeBufferPointer { bytes in
            scanner.scan(bytes, &position, isEnd: isEnd, limit: limit, into: &collector)
        }
        reader.position = position
        return collector.framed(buffer, path: path)
    }

    /// Takes back what `frame` just returned.
    mutating func restart(_ mark: Mark) {
        reader.position = mark.position
        scanner = mark.scanner
    }

    /// A place in the buffer to go back to; valid until the buffer is refilled.
    struct Mark {
        fileprivate var position: Int
        fileprivate var scanner: RecordScanner
    }

    var mark: Mark { Mark(position: reader.position, scanner: scanner) }

    /// Passes physical lines, whatever is in them.
    mutating func skipLines(_ count: Int) throws(SluiceError) {
        let rules = scanner.rules
        scanner.rules = RecordRules(quote: nil, keepsEmptyLines: true, endsAtCarriageReturn: rules.endsAtCarriageReturn)
        var left = count
        while left > 0, let framed = try next(limit: left) { left -= framed.count + framed.rejects.count }
        scanner.rules = rules
        framedRecords = 0
    }

    private func explained(_ failure: SluiceError) -> SluiceError {
        var copy = failure.located(at: .file(path: path, line: Int(scanner.line)))
        copy.message += "; \(framedRecords) whole records before it were read"
        return copy
    }
}
