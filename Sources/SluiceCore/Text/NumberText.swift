/// Numbers to and from text, on bytes: no locale, no allocation, nothing rounded or narrowed in silence.
public enum NumberText {
    /// 10^n for 0...38.
    public static func powerOfTen(_ exponent: Int) -> UInt128 { powers[exponent] }
    private static let powers: [UInt128] = (0...38).reduce(into: []) { list, _ in list.append((list.last ?? 0) == 0 ? 1 : list.last! * 10) }

    // MARK: Parsing: the whole text or nil

    /// `[+-]digits` in the range of Int64. No spaces, no separators, no fraction.
    public static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var index = 0
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative || text.first == UInt8(ascii: "+") { index = 1 }
        let digits = text.count - index
        guard digits > 0 else { return nil }
        if digits <= 18 {
            var value: Int64 = 0
            while index < text.count {
                let digit = text[index] &- 0x30
                guard digit < 10 else { return nil }
                value = value &* 10 &+ Int64(digit)
                index += 1
            }
            return isNegative ? -value : value
        }
        var value: Int64 = 0
        while index < text.count {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowedSum) = product.subtractingReportingOverflow(Int64(digit))
            guard !overflowed, !overflowedSum else { return nil }
            value = sum
            index += 1
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// `[+-]digits[.digits][e[+-]digits]`, also `.5` and `5.`; `inf`, `infinity` and `nan` in any case. Correctly rounded.
    public static func float(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard let parts = parts(text) else { return special(text) }
        // Clinger's fast path: both numbers are exact in a double, so one operation rounds once.
        if parts.isExact, parts.significand < 1 << 53, (-22...22).contains(parts.exponent) {
            let power = exactPowers[abs(parts.exponent)]
            let value = parts.exponent < 0 ? Double(parts.significand) / power : Double(parts.significand) * power
            return parts.isNegative ? -value : value
        }
        return Double(String(decoding: text, as: UTF8.self))
    }

    private static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    private struct Parts {
        var isNegative = false
        var significand: UInt64 = 0
        /// False when the significand had more than 19 digits and some were not taken in.
        var isExact = true
        var exponent = 0
    }

    private static func parts(_ text: UnsafeBufferPointer<UInt8>) -> Parts? {
        var parts = Parts()
        var index = 0
        if let sign = text.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            parts.isNegative = sign == UInt8(ascii: "-")
            index = 1
        }
        var digits = 0
        var significant = 0
        var pointSeen = false
        while index < text.count {
            let byte = text[index]
            let digit = byte &- 0x30
            if digit < 10 {
                digits += 1
                if significant > 0 || digit > 0 { significant += 1 }
                if significant <= 19 { parts.significand = parts.significand &* 10 &+ UInt64(digit) } else { parts.isExact = false }
                if pointSeen { parts.exponent -= 1 }
            } else if byte == UInt8(ascii: "."), !pointSeen {
                pointSeen = true
            } else {
                break
            }
            index += 1
        }
        guard digits > 0 else { return nil }
        guard index < text.count else { return parts }
        guard text[index] | 0x20 == UInt8(ascii: "e") else { return nil }
        guard let exponent = integer(UnsafeBufferPointer(rebasing: text[(index + 1)...])) else { return nil }
        parts.exponent += Int(max(-99_999, min(99_999, exponent)))
        return parts
    }

    private static func special(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard (3...9).contains(text.count) else { return nil }
        switch String(decoding: text, as: UTF8.self).lowercased() {
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        case "nan": return .nan
        default: return nil
        }
    }

    /// The unscaled value of a decimal text at `scale`; nil when it is no plain decimal number, has non-zero digits beyond the scale, or needs
    /// more than `precision` digits.
    public static func decimal(_ text: UnsafeBufferPointer<UInt8>, precision: Int, scale: Int) -> Int128? {
        var index = 0
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative || text.first == UInt8(ascii: "+") { index = 1 }
        var value: UInt128 = 0
        var digits = 0
        var fraction: Int?
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: "."), fraction == nil {
                fraction = 0
                continue
            }
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            digits += 1
            if let places = fraction {
                if places == scale {
                    guard digit == 0 else { return nil }
                    continue
                }
                fraction = places + 1
            }
            guard value < powers[37] else { return nil }
            value = value * 10 + UInt128(digit)
        }
        guard digits > 0 else { return nil }
        for _ in (fraction ?? 0)..<scale {
            guard value < powers[37] else { return nil }
            value *= 10
        }
        guard value < powers[precision] else { return nil }
        return isNegative ? -Int128(value) : Int128(value)
    }

    // MARK: Formatting

    public static func append(_ value: Int64, to bytes: inout [UInt8]) {
        append(magnitude: value.magnitude, isNegative: value < 0, to: &bytes)
    }

    /// The shortest text that reads back as the same double; `1.0` keeps its point, exponents as `1e+20`.
    public static func append(_ value: Double, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumDoubleBytes) { buffer in
            guard let start = buffer.baseAddress else { return }
            bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: write(value, at: start) - start))
        }
    }

    /// A decimal with exactly `scale` digits behind the point.
    public static func append(_ unscaled: Int128, scale: Int, to bytes: inout [UInt8]) {
        let magnitude = unscaled.magnitude
        if unscaled < 0 { bytes.append(UInt8(ascii: "-")) }
        let power = powers[scale]
        appendDigits(magnitude / power, to: &bytes)
        guard scale > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        var fraction = magnitude % power
        let start = bytes.count
        for _ in 0..<scale { bytes.append(0x30) }
        for place in stride(from: start + scale - 1, through: start, by: -1) {
            bytes[place] = 0x30 + UInt8(fraction % 10)
            fraction /= 10
        }
    }

    private static func appendDigits(_ value: UInt128, to bytes: inout [UInt8]) {
        if value <= UInt128(UInt64.max) { return append(magnitude: UInt64(value), isNegative: false, to: &bytes) }
        bytes.append(contentsOf: String(value).utf8)
    }

    private static func append(magnitude: UInt64, isNegative: Bool, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumIntegerBytes + 1) { buffer in
            guard let start = buffer.baseAddress else { return }
            start.initialize(to: UInt8(ascii: "-"))
            let end = write(magnitude, digits: digitCount(magnitude), at: start + 1)
            let first = isNegative ? start : start + 1
            bytes.append(contentsOf: UnsafeBufferPointer(start: first, count: end - first))
        }
    }
}
