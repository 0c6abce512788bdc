import SluiceCore

/// How texts of a file become numbers, dates and truth values: ISO unless the dialect says otherwise. The whole text or nil.
struct TextRules: Hashable, Sendable {
    /// The mark before the fraction.
    var decimalMark = UInt8(ascii: ".")
    /// The mark between groups of three digits; nil: none may stand there.
    var groupMark: UInt8?
    var datePattern: TimePattern?
    var timestampPattern: TimePattern?

    typealias Text = UnsafeBufferPointer<UInt8>

    /// No marks but the point before the fraction.
    @inline(__always) var isPlain: Bool { decimalMark == UInt8(ascii: ".") && groupMark == nil }

    /// `true` or `false`, in any letter case.
    func boolean(_ text: Text) -> Bool? {
        if text.count == 4, Self.equals(text, "true") { return true }
        if text.count == 5, Self.equals(text, "false") { return false }
        return nil
    }

    /// Nil also for a number with leading zeros: `007` is a code, and would be another one as 7.
    @inline(__always)
    func integer(_ text: Text) -> Int64? {
        if Self.hasLeadingZero(text) { return nil }
        if groupMark == nil { return NumberText.integer(text) }
        return withPlain(text, NumberText.integer)
    }

    @inline(__always)
    static func hasLeadingZero(_ text: Text) -> Bool {
        guard let first = text.first else { return false }
        let start = first == UInt8(ascii: "-") || first == UInt8(ascii: "+") ? 1 : 0
        return text.count > start + 1 && text[start] == UInt8(ascii: "0") && text[start + 1] &- 0x30 < 10
    }

    /// Whether a text is digits alone with zeros before them, or a sign as well: a code such as `007`, which no number type keeps.
    @inline(__always)
    static func isCode(_ text: Text) -> Bool { hasLeadingZero(text) && text.dropFirst().allSatisfy { $0 &- 0x30 < 10 } }

    /// Nil also for a number that is too large for a double, and for a code such as `007`; `007.50` is a number.
    @inline(__always)
    func float(_ text: Text) -> Double? {
        if Self.isCode(text) { return nil }
        let number = isPlain ? NumberText.float(text) : withPlain(text, NumberText.float)
        guard let number else { return nil }
        if number.isInfinite, text.contains(where: { $0 &- 0x30 < 10 }) { return nil }
        return number
    }

    /// Nil also for a code such as `007`.
    func decimal(_ text: Text, precision: Int, scale: Int) -> Int128? {
        if Self.isCode(text) { return nil }
        if isPlain { return NumberText.decimal(text, precision: precision, scale: scale) }
        return withPlain(text) { NumberText.decimal($0, precision: precision, scale: scale) }
    }

    @inline(__always)
    func date(_ text: Text) -> Int32? {
        guard let datePattern else { return TimeText.date(text) }
        guard let parsed = datePattern.read(text), parsed.offsetSeconds == nil, parsed.wallMicros % TimeText.microsPerDay == 0 else {
            return nil
        }
        return Int32(exactly: parsed.wallMicros / TimeText.microsPerDay)
    }

    /// Microseconds. A text with a zone does not fit a wall-clock column: the zone would be lost. A text without one counts as UTC in a
    /// column of points in time.
    @inline(__always)
    func timestamp(_ text: Text, zoned: Bool) -> Int64? {
        let parsed = timestampPattern.map { $0.read(text) } ?? TimeText.timestamp(text)
        guard let parsed, zoned || parsed.offsetSeconds == nil else { return nil }
        return zoned ? parsed.utcMicros : parsed.wallMicros
    }

    /// Calls `parse` with the number's text in plain spelling: no group marks, a point before the fraction.
    private func withPlain<Result>(_ text: Text, _ parse: (Text) -> Result?) -> Result? {
        guard text.count <= FormatLimits.scalarBytes else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count) { plain in
            var count = 0
            // Digits since the last group mark; nil before the first one.
            var sinceMark: Int?
            var digits = 0
            var inFraction = false
            for byte in text {
                if byte == groupMark {
                    guard !inFraction, sinceMark.map({ $0 == 3 }) ?? (1...3).contains(digits) else { return nil }
                    sinceMark = 0
                    continue
                }
                let isDigit = byte &- 0x30 < 10
                if !isDigit, !inFraction {
                    if byte != UInt8(ascii: "-"), byte != UInt8(ascii: "+") {
                        guard sinceMark.map({ $0 == 3 }) ?? true else { return nil }
                        inFraction = true
                    }
                    if byte == UInt8(ascii: "."), decimalMark != byte { return nil }
                }
                if isDigit, !inFraction {
                    digits += 1
                    sinceMark = sinceMark.map { $0 + 1 }
                }
                plain[count] = byte == decimalMark ? UInt8(ascii: ".") : byte
                count += 1
            }
            guard inFraction || (sinceMark.map { $0 == 3 } ?? true) else { return nil }
            return parse(Text(rebasing: plain[..<count]))
        }
    }

    private static func equals(_ text: Text, _ word: StaticString) -> Bool {
        word.withUTF8Buffer { zip(text, $0).allSatisfy { $0 | 0x20 == $1 } }
    }
}
