extension RowError {
    /// A timestamp that has a part which Sluice's timestamps do not have.
    package static func belowMicrosecond(_ stored: String) -> RowError {
        RowError(
            .valueDoesNotFit, "timestamp \(stored) has a part below a microsecond", stored: stored,
            remedy: "set `nanoseconds: truncate` under `options:` to cut such parts off, or integer or text to keep them")
    }
}

/// Nanoseconds since 1970 as text.
package enum NanosecondText {
    private static let second: Int64 = 1_000_000_000
    private static let secondsOfDay: Int64 = 86_400

    /// `yyyy-mm-ddThh:mm:ss.nnnnnnnnn`, with `Z` behind it when zoned.
    package static func text(_ nanos: Int64, zoned: Bool) -> String {
        var bytes: [UInt8] = []
        append(nanos, zoned: zoned, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Parameter nanos: of the day.
    package static func text(day: Int64, nanos: Int64) -> String {
        var bytes: [UInt8] = []
        append(seconds: day * secondsOfDay + nanos / second, nanos: nanos % second, zoned: false, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    package static func append(_ nanos: Int64, zoned: Bool, to bytes: inout [UInt8]) {
        let (seconds, rest) = nanos.flooredQuotientAndRemainder(second)
        append(seconds: seconds, nanos: rest, zoned: zoned, to: &bytes)
    }

    private static func append(seconds: Int64, nanos: Int64, zoned: Bool, to bytes: inout [UInt8]) {
        let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow {
            bytes += "\(seconds) s".utf8
        } else {
            TimeText.append(micros: micros, zoned: false, to: &bytes)
        }
        let digits = String(nanos)
        bytes += ("." + String(repeating: "0", count: 9 - digits.count) + digits + (zoned ? "Z" : "")).utf8
    }

    /// A column of nanoseconds as one of texts.
    package static func texts(_ column: Column, zoned: Bool) -> Column {
        guard case .int64(let values) = column.storage else { return column }
        var texts = ByteRows(reservingRows: values.count, bytes: values.count * 30)
        var bytes: [UInt8] = []
        for (slot, value) in values.enumerated() {
            bytes.removeAll(keepingCapacity: true)
            if !column.isNull(slot) { append(value, zoned: zoned, to: &bytes) }
            texts.append(bytes)
        }
        return Column(.string, .bytes(texts), validity: column.validity)
    }
}

extension Int64 {
    /// The largest whole number that is not above the quotient.
    @inline(__always)
    package func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// The quotient so, and what is left: from 0 up to the divisor.
    package func flooredQuotientAndRemainder(_ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let quotient = flooredQuotient(divisor)
        // The product alone may be out of range; the difference is not.
        return (quotient, self &- quotient &* divisor)
    }
}
