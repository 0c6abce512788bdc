/// A stretch of a buffer in which no open quote closes, so that the search of the next line does not go through it again.
///
/// Whether a quote closes depends on what stands before it only as far as the run of quotes that it belongs to. So a search that starts at a
/// byte that is none finds what an earlier one found from there on.
struct QuoteMemory {
    private var stretch = 0..<0

    /// Where a search that came to `position`, at which no quote stands, has to go on.
    func resume(at position: Int) -> Int { stretch.contains(position) ? stretch.upperBound : position }

    mutating func remember(from start: Int, until end: Int) {
        if start < end, !(stretch.contains(start) && end <= stretch.upperBound) { stretch = start..<end }
    }

    /// A long run of blanks behind a quote, which the next search does not go through again either.
    private var blanks = 0..<0

    /// The first place from `start` on that is no blank.
    mutating func behindBlanks(from start: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ rules: RecordRules) -> Int {
        var end = blanks.contains(start) ? min(blanks.upperBound, bytes.count) : start
        while end < bytes.count, rules.isBlank(bytes[end]) { end += 1 }
        if start < end { blanks = start..<end }
        return end
    }
}
