import SluiceCore

/// How values of a partition key are read and compared.
enum PartitionKeyType: Hashable, Sendable {
    case text
    case integer
    case boolean
    case float
    case decimal(scale: Int)
    case date
    case timestamp

    init(_ type: DataType) {
        self =
            switch type {
            case .int8, .int16, .int32, .int64: .integer
            case .boolean: .boolean
            case .float32, .float64: .float
            case .decimal(_, let scale): .decimal(scale: scale)
            case .date: .date
            case .timestamp: .timestamp
            default: .text
            }
    }

    /// The value that a partition's text means; nil for one that is no value of the type, as for the text that stands for null.
    func scalar(_ text: String) -> PartitionScalar? {
        if text == PartitionKeys.nullText { return nil }
        switch place(of: text) {
        case .exactly(let scalar): return scalar
        default: return nil
        }
    }

    /// Where a text stands among the type's values; nil if it does not read as one at all.
    func place(of text: String) -> PartitionPlace? {
        switch self {
        case .text: return .exactly(.text(text))
        case .boolean:
            let folded = text.lowercased()
            return folded == "true" ? .exactly(.integer(1)) : folded == "false" ? .exactly(.integer(0)) : nil
        case .integer: return ExactNumber(text)?.place(scale: 0, asInteger: true)
        case .decimal(let scale): return ExactNumber(text)?.place(scale: scale, asInteger: false)
        case .float:
            var text = text
            guard let number = text.withUTF8({ NumberText.float($0) }), !number.isNaN else { return nil }
            return .exactly(.float(number))
        case .date:
            guard let nanos = Self.nanos(text) else { return nil }
            let day = Self.floored(nanos, by: Int128(TimeText.microsPerDay) * 1_000)
            let scalar = PartitionScalar.integer(Int64(day.quotient))
            return day.rest == 0 ? .exactly(scalar) : .after(scalar)
        case .timestamp: return Self.nanos(text).map { .exactly(.decimal($0)) }
        }
    }

    /// Nanoseconds since 1970: what `TimeText` reads, and three more digits behind it.
    private static func nanos(_ text: String) -> Int128? {
        var bytes = Array(text.utf8)
        var below: Int128 = 0
        // `2024-12-31 23:59:59.123456`
        let known = 26
        if bytes.count > known, bytes[19] == UInt8(ascii: ".") {
            let digits = bytes[known...].prefix { (0x30...0x39).contains($0) }.map { Int128($0 - 0x30) }
            guard digits.dropFirst(3).allSatisfy({ $0 == 0 }) else { return nil }
            below = (0..<3).reduce(0) { $0 * 10 + ($1 < digits.count ? digits[$1] : 0) }
            bytes.removeSubrange(known..<(known + digits.count))
        }
        return bytes.withUnsafeBufferPointer { TimeText.timestamp($0) }.map { Int128($0.utcMicros) * 1_000 + below }
    }

    static func floored<Number: FixedWidthInteger & SignedInteger>(_ value: Number, by divisor: Number) -> (quotient: Number, rest: Number)
    {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }
}

/// Where a literal stands among the values that a key can have.
enum PartitionPlace: Hashable, Sendable {
    case exactly(PartitionScalar)
    /// Between this value and the next.
    case after(PartitionScalar)
    case belowAll
    case aboveAll
}

/// A number as its digits say, with nothing rounded: at most 38 digits.
private struct ExactNumber {
    var unscaled: Int128
    var scale: Int

    init?(_ text: String) {
        var (unscaled, scale, digits) = (Int128(0), 0, 0)
        var isNegative = false
        var hasPoint = false
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where index == 0: isNegative = true
            case UInt8(ascii: "+") where index == 0: break
            case UInt8(ascii: ".") where !hasPoint: hasPoint = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                guard digits <= DataType.maximumDecimalPrecision else { return nil }
                unscaled = unscaled * 10 + Int128(byte - UInt8(ascii: "0"))
                if hasPoint { scale += 1 }
            default: return nil
            }
        }
        guard digits > 0 else { return nil }
        self.unscaled = isNegative ? -unscaled : unscaled
        self.scale = scale
    }

    /// - Parameter asInteger: Whether the key's values are 64-bit integers.
    func place(scale wanted: Int, asInteger: Bool) -> PartitionPlace {
        var (value, rest) = (unscaled, Int128(0))
        if scale > wanted {
            (value, rest) = PartitionKeyType.floored(unscaled, by: Int128(NumberText.powerOfTen(scale - wanted)))
        } else {
            let (scaled, overflowed) = unscaled.multipliedReportingOverflow(by: Int128(NumberText.powerOfTen(wanted - scale)))
            if overflowed { return unscaled < 0 ? .belowAll : .aboveAll }
            value = scaled
        }
        guard asInteger else { return rest == 0 ? .exactly(.decimal(value)) : .after(.decimal(value)) }
        guard let number = Int64(exactly: value) else { return value < 0 ? .belowAll : .aboveAll }
        return rest == 0 ? .exactly(.integer(number)) : .after(.integer(number))
    }
}
