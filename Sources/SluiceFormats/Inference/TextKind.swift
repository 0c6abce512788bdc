import SluiceCore

/// What the texts of a column have been so far: the flat shapes of a text format, as one byte.
enum TextKind: UInt8, Sendable {
    /// Only nulls.
    case unknown
    case boolean, integer, float, date, timestamp, zonedTimestamp, text

    /// The kind of one text. With leading zeros, more than `FormatLimits.inferredIntegerDigits` digits, or marks that the rules do not
    /// allow it stays text.
    init(_ text: UnsafeBufferPointer<UInt8>, _ rules: TextRules) {
        guard let first = text.first, text.count <= FormatLimits.scalarBytes else {
            self = text.isEmpty ? .unknown : .text
            return
        }
        let isNumeric = first &- 0x30 < 10 || first == UInt8(ascii: "-") || first == rules.decimalMark
        if isNumeric, !Self.isIdentifier(text) {
            if rules.integer(text) != nil {
                self = .integer
                return
            }
            if rules.float(text) != nil {
                self = .float
                return
            }
        }
        if rules.boolean(text) != nil {
            self = .boolean
        } else if rules.date(text) != nil {
            self = .date
        } else {
            self =
                rules.timestamp(text, zoned: false) != nil
                ? .timestamp : rules.timestamp(text, zoned: true) != nil ? .zonedTimestamp : .text
        }
    }

    /// Takes one more text in: integers and fractions are floats, everything else that is mixed is text.
    @inline(__always)
    mutating func take(_ text: UnsafeBufferPointer<UInt8>, _ rules: TextRules) {
        if isSurely(text, rules) { return }
        let other = TextKind(text, rules)
        switch (self, other) {
        case (_, .unknown): break
        case (.unknown, _): self = other
        case (.integer, .float), (.float, .integer): self = .float
        default: if self != other { self = .text }
        }
    }

    /// Whether the text is so plainly of this kind that nothing more needs to be tried; most values of a column are.
    @inline(__always)
    private func isSurely(_ text: UnsafeBufferPointer<UInt8>, _ rules: TextRules) -> Bool {
        switch self {
        case .integer, .float:
            // 1 to 15 digits without a leading zero, whatever the marks are.
            guard let first = text.first, text.count <= FormatLimits.inferredIntegerDigits, text.count == 1 || first != UInt8(ascii: "0")
            else { return false }
            for byte in text where byte &- 0x30 > 9 { return false }
            return true
        case .timestamp:
            // Too long for a date, and no number has a dash there.
            guard rules.timestampPattern == nil, rules.datePattern == nil, text.count >= 16, text[4] == UInt8(ascii: "-") else {
                return false
            }
            return rules.timestamp(text, zoned: false) != nil
        default: return false
        }
    }

    /// Whether digits are more likely a name than an amount.
    private static func isIdentifier(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let digits = text.drop { $0 == UInt8(ascii: "-") }
        if digits.count > 1, digits.first == UInt8(ascii: "0"), digits[digits.startIndex + 1] &- 0x30 < 10 { return true }
        return digits.allSatisfy { $0 &- 0x30 < 10 } && digits.count > FormatLimits.inferredIntegerDigits
    }

    var shape: Shape {
        switch self {
        case .unknown: .unknown
        case .boolean: .boolean
        case .integer: .integer
        case .float: .float
        case .date: .date
        case .timestamp: .timestamp(zoned: false)
        case .zonedTimestamp: .timestamp(zoned: true)
        case .text: .text
        }
    }
}
