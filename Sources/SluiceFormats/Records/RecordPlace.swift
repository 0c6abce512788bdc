import SluiceCore

/// The place of a byte of a record, for messages.
enum RecordPlace {
    /// Line and column of a file; for a shard's record, the record.
    ///
    /// - Parameters:
    ///   - offset: bytes from the record's start.
    ///   - position: the record's line or sequence number.
    ///   - endsAtCarriageReturn: whether a carriage return alone ends a line.
    static func location(
        _ split: Origin.Split, position: Int64, record: UnsafeBufferPointer<UInt8>, offset: Int, endsAtCarriageReturn: Bool
    ) -> SourceLocation {
        switch split {
        case .shard(let stream, let shard):
            return .shard(stream: stream, shard: shard, sequence: String(position))
        case .numbered(let stream, let shard, let numbers):
            return .shard(stream: stream, shard: shard, sequence: numbers[Int(position)])
        case .file(let path):
            let before = record[..<min(offset, record.count)]
            let (breaks, lineStart) = lineBreaks(UnsafeBufferPointer(rebasing: before), endsAtCarriageReturn: endsAtCarriageReturn)
            let column = before[lineStart...].reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
            return .file(path: path, line: Int(position) + breaks, column: column)
        }
    }

    /// How many line ends (LF, CRLF, and perhaps CR) stand in `bytes`, and where the last line starts.
    static func lineBreaks(
        _ bytes: UnsafeBufferPointer<UInt8>, endsAtCarriageReturn: Bool = true
    ) -> (count: Int, lastLineStart: Int) {
        var search = LineSearch(bytes, RecordRules(endsAtCarriageReturn: endsAtCarriageReturn))
        var count = 0
        var start = 0
        while case let end = search.lineEnd(start), end < bytes.count {
            count += 1
            start = search.next(after: end, true) ?? bytes.count
        }
        return (count, start)
    }
}
