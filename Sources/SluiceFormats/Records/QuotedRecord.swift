/// Where a record with quotes ends.
///
/// A quote opens a field only at its start. In a quoted field, two quotes are one, and a quote before a delimiter, a line end or the end
/// of the bytes closes it. These are libcsv's rules; a test compares both on random bytes. Any other quote is an error, or where `isStrict` is
/// off closes it too: what follows is as in a field without quotes.
struct QuotedRecord {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let rules: RecordRules
    private let quote: UInt8

    /// - Parameter bytes: nothing behind them is looked at.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ rules: RecordRules) {
        self.bytes = bytes
        self.rules = rules
        quote = rules.quote ?? UInt8(ascii: "\"")
    }

    /// - Parameters:
    ///   - search: of these bytes or more; what it has found already is not searched again.
    ///   - isEnd: nothing follows the bytes.
    func end(_ search: inout LineSearch, from start: Int, isEnd: Bool) -> WideRecord.Stop {
        var position = start
        while true {
            let lineEnd = min(search.lineEnd(position), bytes.count)
            let found = min(search.quote(position), bytes.count)
            guard found < lineEnd else {
                if lineEnd < bytes.count || isEnd { return .record(lineEnd) }
                return .incomplete(openQuote: nil)
            }
            guard opensField(found, start) else {
                position = found + 1
                continue
            }
            switch closing(of: found, isEnd, &search.memory) {
            case .closed(let next): position = next
            case .end(let end): return end
            }
        }
    }

    /// What is behind the quotes of the field that opens at `start`; the end of the bytes where these make no sense.
    func quotesEnd(openedAt start: Int) -> Int {
        var memory = QuoteMemory()
        if case .closed(let end) = closing(of: start, true, &memory) { return end }
        return bytes.count
    }

    private enum Closing {
        /// At what is behind the quote: a delimiter, a line end, the end of the bytes, or text that does not count as quoted.
        case closed(Int)
        case end(WideRecord.Stop)
    }

    private func closing(of open: Int, _ isEnd: Bool, _ memory: inout QuoteMemory) -> Closing {
        var position = open + 1
        // The first place at which no quote stands: from there on the search is the same for every open quote before it.
        var plainFrom: Int?
        while true {
            if plainFrom == nil, position < bytes.count, bytes[position] != quote {
                plainFrom = position
                position = memory.resume(at: position)
            }
            let found = bytes.first(quote, from: position)
            guard found < bytes.count else {
                if let plainFrom { memory.remember(from: plainFrom, until: bytes.count) }
                return .end(isEnd ? .unclosed(quote: open) : .incomplete(openQuote: open))
            }
            var next = found + 1
            if next < bytes.count, bytes[next] == quote {
                position = next + 1
                continue
            }
            if rules.trims { next = memory.behindBlanks(from: next, bytes, rules) }
            guard next < bytes.count else {
                if let plainFrom { memory.remember(from: plainFrom, until: found) }
                return isEnd ? .closed(next) : .end(.incomplete(openQuote: open))
            }
            let byte = bytes[next]
            if byte == rules.delimiter || byte == 0x0A || byte == 0x0D { return .closed(next) }
            return rules.isStrict ? .end(.stray(quote: found)) : .closed(next)
        }
    }

    /// Whether the quote at `offset`, outside of quotes, stands at the start of a field.
    private func opensField(_ offset: Int, _ start: Int) -> Bool {
        var before = offset - 1
        if rules.trims {
            while before >= start, rules.isBlank(bytes[before]) { before -= 1 }
        }
        return before < start || bytes[before] == rules.delimiter
    }
}
