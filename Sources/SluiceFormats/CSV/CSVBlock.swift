import CTextScan
import SluiceCore

/// Whole records of a plain dialect (one byte between fields, a quote or none, LF or CRLF), found at once and not taken apart yet.
struct CSVBlock: RecordBlock {
    /// What stands in the bytes.
    struct Traits: OptionSet {
        let rawValue: UInt32

        static let quote = Traits(rawValue: UInt32(sluice_csv_has_quote))
        static let carriageReturn = Traits(rawValue: UInt32(sluice_csv_has_carriage_return))
        /// Bytes that are not ASCII.
        static let high = Traits(rawValue: UInt32(sluice_csv_has_high))
        static let nul = Traits(rawValue: UInt32(sluice_csv_has_nul))
        /// A quote inside an unquoted field or behind a closing one: only a careful reader can say what it means.
        static let strayQuote = Traits(rawValue: UInt32(sluice_csv_has_stray_quote))
        static let loneCarriageReturn = Traits(rawValue: UInt32(sluice_csv_has_lone_carriage_return))

        /// What a block cannot have.
        static let unclear: Traits = [.strayQuote, .loneCarriageReturn]
    }

    /// A buffer that neighbouring blocks share.
    let bytes: [UInt8]
    let range: Range<Int>
    /// Line number of the first record, from 1.
    let firstLine: Int64
    /// Line ends in the block, those in quotes too, and those in no quotes.
    let lineFeeds: Int
    let recordEnds: Int
    let traits: Traits
    let path: String
    let rules: RecordRules

    /// Finds the whole records at the start of a run of bytes, which is a record's start.
    ///
    /// Nil when there is none, or when only a careful reader can tell.
    init?(_ bytes: [UInt8], from start: Int, line: Int64, rules: RecordRules, path: String) {
        var bounds = sluice_csv_bounds()
        bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, start < bytes.count else { return }
            sluice_csv_find_bounds(
                base + start, bytes.count - start, rules.delimiter, rules.quote.map { Int32($0) } ?? -1, sluice_csv_best_level(), &bounds)
        }
        traits = Traits(rawValue: bounds.traits)
        guard bounds.end > 0, bounds.end <= rules.recordBytes, traits.isDisjoint(with: .unclear) else { return nil }
        self.bytes = bytes
        range = start..<(start + bounds.end)
        firstLine = line
        lineFeeds = bounds.line_feeds
        recordEnds = bounds.record_ends
        self.rules = rules
        self.path = path
    }

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

extension CSVDialect {
    /// Whether blocks can be found without looking at each record.
    var allowsBlocks: Bool { comment.isEmpty && !trims }
}

extension TextFramer {
    /// The records of the buffer as a block, or one by one where only a careful reader can tell them; nil at the end.
    mutating func nextBlock() throws(SluiceError) -> (any RecordBlock)? {
        while true {
            if let block = CSVBlock(reader.buffer, from: reader.position, line: scanner.line, rules: scanner.rules, path: path) {
                reader.position = block.range.upperBound
                scanner.line += Int64(block.lineFeeds)
                framedRecords += Int64(block.recordEnds)
                return block
            }
            let framed = frame(limit: CoreLimits.batchRows)
            if !framed.records.starts.isEmpty || !framed.rejects.isEmpty || reader.isAtEnd {
                framedRecords += Int64(framed.count)
                if framed.records.starts.isEmpty, framed.rejects.isEmpty { return try next() }
                return framed
            }
            reader.refill()
        }
    }
}
