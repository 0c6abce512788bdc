import SluiceCore

/// Says what a text is, by the rules with which a reader would read it, and keeps what it read.
struct ValueClassifier {
    let rules: TextRules
    private let isPlain: Bool
    private var scan = TimeScan()

    // Of the last text, as its kind has them.

    private(set) var integer: Int64 = 0
    private(set) var float = 0.0
    /// Digits before and behind the mark.
    private(set) var wholeDigits = 0
    private(set) var scale = 0
    /// Whether a double keeps the number as it is written.
    private(set) var isExact = true
    /// Microseconds since 1970; of a date, days.
    private(set) var time: Int64 = 0
    private(set) var forms: DayForms.Set = 0

    init(_ rules: TextRules) {
        self.rules = rules
        isPlain = rules.isPlain
    }

    typealias Text = UnsafeBufferPointer<UInt8>

    /// The kind of one text that is not null.
    ///
    /// - Parameter forms: Those that the column's days have had so far.
    @inline(__always)
    mutating func kind(of text: Text, forms: DayForms.Set) -> ValueKind {
        guard let first = text.first else { return .text }
        if first &- 0x30 < 10 || first == UInt8(ascii: "-") {
            if isPlain, text.count <= 8, let number = Self.short(text) {
                integer = number
                wholeDigits = text.count
                return .integer
            }
            return careful(text, forms)
        }
        return other(text, first, forms)
    }

    /// Up to eight characters without a leading zero.
    @inline(__always)
    private static func short(_ text: Text) -> Int64? {
        guard let base = text.baseAddress else { return nil }
        return NumberScan.integer(word(UnsafeRawPointer(base), text.count), text.count)
    }

    /// One to eight bytes as a word, zeros behind them.
    @inline(__always)
    static func word(_ raw: UnsafeRawPointer, _ count: Int) -> UInt64 {
        if count == 8 { return raw.loadUnaligned(as: UInt64.self) }
        if count >= 4 {
            let low = UInt64(raw.loadUnaligned(as: UInt32.self))
            let high = UInt64(raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
            return low | (high &>> UInt64(truncatingIfNeeded: (8 &- count) &* 8)) &<< 32
        }
        var word = UInt64(0)
        for place in 0..<count {
            word |= UInt64(raw.load(fromByteOffset: place, as: UInt8.self)) &<< UInt64(truncatingIfNeeded: place &* 8)
        }
        return word
    }

    /// A text that begins with a digit or a minus.
    private mutating func careful(_ text: Text, _ forms: DayForms.Set) -> ValueKind {
        if text.count >= 10, text[4] == UInt8(ascii: "-"), let found = isoTime(text) { return found }
        if text.count <= FormatLimits.scalarBytes, let found = number(text) { return found }
        return day(text, forms) ? .day : .text
    }

    /// A text that begins with anything else.
    private mutating func other(_ text: Text, _ first: UInt8, _ forms: DayForms.Set) -> ValueKind {
        if text.count > FormatLimits.scalarBytes { return .text }
        switch first {
        case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
            if rules.boolean(text) != nil { return .boolean }
        case UInt8(ascii: "+"):
            if text.count > 1, text.dropFirst().allSatisfy({ $0 &- 0x30 < 10 }) { return .code }
        case rules.decimalMark: if let found = number(text) { return found }
        default: break
        }
        return first &- 0x41 < 58 && day(text, forms) ? .day : .text
    }

    // MARK: JSON, whose values say of which kind they are

    /// The kind of a number.
    mutating func jsonNumber(_ text: Text, isInteger: Bool) -> ValueKind {
        if isInteger {
            wholeDigits = text.count - (text.first == UInt8(ascii: "-") ? 1 : 0)
            if let value = NumberText.integer(text) {
                integer = value
                return .integer
            }
            return wholeDigits <= DataType.maximumDecimalPrecision ? .hugeInteger : .text
        }
        guard let value = rules.float(text) else { return .text }
        float = value
        isExact = true
        if let mark = text.firstIndex(of: UInt8(ascii: ".")), !text.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
            wholeDigits = mark - (text.first == UInt8(ascii: "-") ? 1 : 0)
            scale = text.count - mark - 1
            return .fraction
        }
        return .float
    }

    /// The kind of a text: times only in ISO 8601.
    mutating func jsonText(_ text: Text) -> ValueKind {
        if text.count >= 10, text.count <= FormatLimits.scalarBytes, text[4] == UInt8(ascii: "-"), let found = isoTime(text) {
            return found
        }
        return .text
    }

    // MARK: Times

    private mutating func isoTime(_ text: Text) -> ValueKind? {
        guard let base = text.baseAddress else { return nil }
        if text.count == 10 {
            guard let days = scan.date(base) else { return nil }
            time = Int64(days)
            return .date
        }
        let isZulu = text.count == 20 && base[19] == UInt8(ascii: "Z")
        if isZulu || text.count == 19, let micros = scan.timestamp(base) {
            time = micros
            return isZulu ? .zonedTimestamp : .timestamp
        }
        guard let parsed = TimeText.timestamp(text) else { return nil }
        time = parsed.utcMicros
        return parsed.offsetSeconds == nil ? .timestamp : .zonedTimestamp
    }

    private mutating func day(_ text: Text, _ forms: DayForms.Set) -> Bool {
        guard DayForms.mayBeDay(text) else { return false }
        self.forms = DayForms.matching(text, of: forms)
        // A column whose days have no form in common still has days.
        if self.forms == 0, forms != DayForms.all { return DayForms.matching(text, of: DayForms.all) != 0 }
        return self.forms != 0
    }

    // MARK: Numbers

    private mutating func number(_ text: Text) -> ValueKind? {
        var (whole, fraction, start) = (0, -1, 0)
        if text[0] == UInt8(ascii: "-") { start = 1 }
        for byte in text[start...] {
            if byte &- 0x30 < 10 {
                if fraction < 0 { whole += 1 } else { fraction += 1 }
            } else if byte == rules.decimalMark, fraction < 0 {
                fraction = 0
            } else {
                return unusual(text, start)
            }
        }
        guard whole + max(0, fraction) > 0 else { return nil }
        wholeDigits = whole
        if whole > 1, text[start] == UInt8(ascii: "0") { return .code }
        if fraction < 0 { return digits(text, whole) }
        scale = fraction
        return finished(text)
    }

    private mutating func digits(_ text: Text, _ count: Int) -> ValueKind? {
        if count > FormatLimits.inferredIntegerDigits { return .identifier }
        guard let value = rules.integer(text) else { return nil }
        integer = value
        return .integer
    }

    /// A number with marks between groups, or with an exponent.
    private mutating func unusual(_ text: Text, _ start: Int) -> ValueKind? {
        if text[start...].starts(with: [0x30]), text.count > start + 1, text[start + 1] &- 0x30 < 10 { return nil }
        if rules.groupMark != nil {
            if let value = rules.integer(text) {
                integer = value
                wholeDigits = text.count { $0 &- 0x30 < 10 }
                return wholeDigits > FormatLimits.inferredIntegerDigits ? .identifier : .integer
            }
            if text.contains(rules.decimalMark), !text.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
                let behind = text.reversed().prefix { $0 != rules.decimalMark }.count
                wholeDigits = text.count { $0 &- 0x30 < 10 } - behind
                scale = behind
                return finished(text)
            }
        }
        guard let last = text.last, last &- 0x30 < 10, let value = rules.float(text), value.isFinite else { return nil }
        float = value
        isExact = text.count { $0 &- 0x30 < 10 } <= EvidenceLimits.safeDigits
        return .float
    }

    /// Reads a number with a fraction, whose digits were counted.
    private mutating func finished(_ text: Text) -> ValueKind? {
        guard let value = rules.float(text) else { return nil }
        float = value
        let total = wholeDigits + scale
        isExact = total <= EvidenceLimits.safeDigits || (total <= EvidenceLimits.mostFloatDigits + 3 && isKept(text))
        return .fraction
    }

    /// Whether the shortest text of the double has the same digits.
    private func isKept(_ text: Text) -> Bool {
        let places = min(scale, DataType.maximumDecimalPrecision)
        guard let wanted = rules.decimal(text, precision: DataType.maximumDecimalPrecision, scale: places) else { return false }
        var shortest: [UInt8] = []
        NumberText.append(float, to: &shortest)
        return shortest.withUnsafeBufferPointer {
            NumberText.decimal($0, precision: DataType.maximumDecimalPrecision, scale: places) == wanted
        }
    }
}
