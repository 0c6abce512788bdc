/// Takes records apart that libcsv cannot: delimiters of several bytes or runs of blanks, and escapes.
///
/// Everything is decided from left to right, field by field: a quote opens a field only at its start; an escape takes the meaning from the
/// byte behind it inside and outside of quotes; of several delimiters that overlap the leftmost counts.
struct WideRecord {
    enum Stop: Equatable {
        /// Where the next field starts.
        case delimiter(next: Int)
        /// The offset of the line end, or the end of the bytes.
        case record(Int)
        /// More bytes are needed; the offset of the quote that is open, if one is.
        case incomplete(openQuote: Int?)
        case unclosed(quote: Int)
        /// The offset of a closing quote with text behind it.
        case stray(quote: Int)
    }

    struct Field {
        /// Without the quotes around it.
        var content: Range<Int>
        var isQuoted = false
        /// Doubled quotes or escapes stand in it.
        var needsUnescaping = false
        /// The closing quote that text stands behind, which is part of the field.
        var innerQuote: Int?
        var stop: Stop
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let rules: RecordRules
    /// Nothing follows the bytes.
    private let isEnd: Bool

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ rules: RecordRules, isEnd: Bool) {
        self.bytes = bytes
        self.rules = rules
        self.isEnd = isEnd
    }

    /// Where the record at `start` ends; never `delimiter`.
    func end(from start: Int, _ memory: inout QuoteMemory) -> Stop {
        var position = fieldStart(start)
        while true {
            let field = field(at: position, &memory)
            guard case .delimiter(let next) = field.stop else { return field.stop }
            position = next
        }
    }

    /// Where the first field of the record at `start` starts: behind blanks, where runs of them stand between fields.
    func fieldStart(_ start: Int) -> Int {
        guard rules.splitsAtBlanks else { return start }
        var position = start
        while position < bytes.count, isSpace(bytes[position]) { position += 1 }
        return position
    }

    func field(at start: Int, _ memory: inout QuoteMemory) -> Field {
        var position = start
        if rules.trims {
            while position < bytes.count, rules.isBlank(bytes[position]), delimiterLength(at: position) == 0 { position += 1 }
        }
        if let quote = rules.quote, position < bytes.count, bytes[position] == quote { return quoted(position, quote, &memory) }
        return plain(position)
    }

    private func plain(_ start: Int) -> Field {
        var position = start
        // What an escape stands before is not trimmed.
        var floor = start
        var field = Field(content: start..<start, stop: .incomplete(openQuote: nil))
        while position < bytes.count {
            let byte = bytes[position]
            if byte == rules.escape {
                field.needsUnescaping = true
                guard let next = behindEscape(position) else { break }
                position = next
                floor = next
                continue
            }
            if isLineEnd(byte) {
                field.stop = .record(position)
                return trimmed(field, start, position, floor)
            }
            if rules.splitsAtBlanks, isSpace(byte) {
                let next = spaceEnd(position)
                if next == bytes.count, !isEnd { return field }
                if next < bytes.count, !isLineEnd(bytes[next]) {
                    field.stop = .delimiter(next: next)
                    return trimmed(field, start, position, floor)
                }
                position = next
                continue
            }
            guard let length = delimiterLength(at: position) else { return field }
            if length > 0 {
                field.stop = .delimiter(next: position + length)
                return trimmed(field, start, position, floor)
            }
            position += 1
        }
        if isEnd { field.stop = .record(bytes.count) }
        return trimmed(field, start, bytes.count, floor)
    }

    private func trimmed(_ field: Field, _ start: Int, _ end: Int, _ floor: Int) -> Field {
        var field = field
        var end = end
        if rules.trims || rules.splitsAtBlanks {
            while end > floor, isSpace(bytes[end - 1]) { end -= 1 }
        }
        field.content = start..<end
        return field
    }

    private func quoted(_ open: Int, _ quote: UInt8, _ memory: inout QuoteMemory) -> Field {
        var field = Field(content: (open + 1)..<(open + 1), isQuoted: true, stop: .incomplete(openQuote: open))
        var position = open + 1
        var plainFrom: Int?
        while position < bytes.count {
            let byte = bytes[position]
            if byte == quote, position + 1 < bytes.count, bytes[position + 1] == quote {
                field.needsUnescaping = true
                position += 2
                continue
            }
            if byte != quote, plainFrom == nil {
                plainFrom = position
                position = memory.resume(at: position)
                guard position < bytes.count else { break }
                continue
            }
            if byte == rules.escape {
                field.needsUnescaping = true
                guard let next = behindEscape(position) else { break }
                position = next
            } else if byte == quote {
                guard let stop = close(open, position, &memory) else { return textBehind(position, open) }
                if case .incomplete = stop, let plainFrom { memory.remember(from: plainFrom, until: position) }
                field.content = (open + 1)..<position
                field.stop = stop
                return field
            } else {
                position += 1
            }
        }
        if let plainFrom { memory.remember(from: plainFrom, until: min(position, bytes.count)) }
        field.content = (open + 1)..<bytes.count
        if isEnd { field.stop = .unclosed(quote: open) }
        return field
    }

    /// A quoted field that goes on behind its closing quote as one without quotes.
    private func textBehind(_ closing: Int, _ open: Int) -> Field {
        var field = plain(closing + 1)
        field.content = (open + 1)..<field.content.upperBound
        field.isQuoted = true
        field.needsUnescaping = true
        field.innerQuote = closing
        return field
    }

    /// What the quote at `position` does, which is not doubled; nil: text stands behind it, and may.
    private func close(_ open: Int, _ position: Int, _ memory: inout QuoteMemory) -> Stop? {
        var next = position + 1
        if rules.splitsAtBlanks {
            next = spaceEnd(next)
        } else if rules.trims {
            while next < bytes.count, rules.isBlank(bytes[next]), delimiterLength(at: next) == 0 {
                next = rules.startsBlank ? next + 1 : memory.behindBlanks(from: next, bytes, rules)
            }
        }
        guard next < bytes.count else { return isEnd ? .record(next) : .incomplete(openQuote: open) }
        if isLineEnd(bytes[next]) { return .record(next) }
        if rules.splitsAtBlanks, next > position + 1 { return .delimiter(next: next) }
        guard let length = delimiterLength(at: next) else { return .incomplete(openQuote: open) }
        if length > 0 { return .delimiter(next: next + length) }
        return rules.isStrict ? .stray(quote: position) : nil
    }

    /// Bytes of the delimiter at a place; 0 where none stands; nil where more bytes decide it.
    @inline(__always)
    private func delimiterLength(at position: Int) -> Int? {
        guard !rules.splitsAtBlanks, bytes[position] == rules.delimiter else { return 0 }
        let wide = rules.wideDelimiter
        if wide.isEmpty { return 1 }
        for offset in wide.indices {
            guard position + offset < bytes.count else { return isEnd ? 0 : nil }
            if bytes[position + offset] != wide[offset] { return 0 }
        }
        return wide.count
    }

    private func spaceEnd(_ start: Int) -> Int {
        var end = start
        while end < bytes.count, isSpace(bytes[end]) { end += 1 }
        return end
    }

    /// Where the text goes on behind an escape and what it takes the meaning from; nil where the bytes end before.
    private func behindEscape(_ position: Int) -> Int? {
        guard position + 1 < bytes.count else { return nil }
        guard bytes[position + 1] == 0x0D else { return position + 2 }
        if position + 2 == bytes.count, !isEnd { return nil }
        return position + 2 < bytes.count && bytes[position + 2] == 0x0A ? position + 3 : position + 2
    }

    @inline(__always) private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    @inline(__always)
    private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || (byte == 0x0D && rules.endsAtCarriageReturn) }

    /// Appends a field's text without what quotes and escapes add.
    ///
    /// An escape before a byte that means nothing is text, so that nothing of `C:\new` is lost.
    func append(_ field: Field, to text: inout [UInt8]) {
        var position = field.content.lowerBound
        let quotedEnd = field.innerQuote ?? field.content.upperBound
        while position < field.content.upperBound {
            if position == field.innerQuote {
                position += 1
                continue
            }
            let byte = bytes[position]
            let next = position + 1 < field.content.upperBound ? bytes[position + 1] : 0
            let isDoubled = field.isQuoted && position < quotedEnd && byte == rules.quote && next == byte
            if isDoubled || (byte == rules.escape && meansSomething(next)) {
                text.append(next)
                position += 2
            } else {
                text.append(byte)
                position += 1
            }
        }
    }

    private func meansSomething(_ byte: UInt8) -> Bool {
        byte == rules.quote || byte == rules.escape || byte == rules.delimiter || isLineEnd(byte)
            || (rules.splitsAtBlanks && isSpace(byte))
    }
}
