import SluiceCore

/// Timestamps in nanoseconds, which must be whole microseconds.
struct WholeMicroseconds: NumberConversion {
    @inline(__always) func element(_ stored: Int64) -> Int64 { stored / 1_000 }
    @inline(__always) func fits(_ stored: Int64) -> Bool { stored % 1_000 == 0 }
    func error(_ stored: Int64) -> RowError { .belowMicrosecond(NanosecondText.text(stored, zoned: false)) }
}

/// Timestamps in nanoseconds, of which the part below a microsecond is cut off.
struct CutMicroseconds: NumberConversion {
    @inline(__always) func element(_ stored: Int64) -> Int64 { stored.flooredQuotient(1_000) }
}

/// Twelve bytes: nanoseconds of the day, then the Julian day; both little-endian. Day 2,440,588 is 1970-01-01.
struct Int96Timestamp: BytesConversion {
    private static let epochDay: Int64 = 2_440_588
    private static let dayNanos: Int64 = 86_400_000_000_000

    let reading: NanosecondReading

    var zero: Int64 { 0 }

    /// Microseconds, or nanoseconds where these are kept.
    @inline(__always)
    func element(_ bytes: ByteView) -> Int64? {
        let (day, nanos) = parts(bytes)
        let unit: Int64 = keepsNanos ? 1 : 1_000
        guard reading != .reject || nanos % 1_000 == 0 else { return nil }
        let (days, tooLarge) = day.multipliedReportingOverflow(by: Self.dayNanos / unit)
        let (sum, overflow) = days.addingReportingOverflow(nanos.flooredQuotient(unit))
        return tooLarge || overflow ? nil : sum
    }

    func error(_ bytes: ByteView) -> RowError {
        let (day, nanos) = parts(bytes)
        let (extra, rest) = nanos.flooredQuotientAndRemainder(Self.dayNanos)
        let stored = NanosecondText.text(day: day + extra, nanos: rest)
        if reading == .reject, nanos % 1_000 != 0 { return .belowMicrosecond(stored) }
        return RowError(
            .valueDoesNotFit, "timestamp \(stored) is too far from 1970 for \(keepsNanos ? "nanoseconds" : "microseconds") in 64 bits",
            stored: stored)
    }

    private var keepsNanos: Bool { reading == .integer || reading == .text }

    /// Days since 1970, and nanoseconds of the day.
    @inline(__always)
    private func parts(_ bytes: ByteView) -> (day: Int64, nanos: Int64) {
        let nanos = Int64(littleEndian: bytes.base.loadUnaligned(as: Int64.self))
        return (Int64(Int32(littleEndian: bytes.base.loadUnaligned(fromByteOffset: 8, as: Int32.self))) - Self.epochDay, nanos)
    }
}

extension RowError {
    fileprivate static func belowMicrosecond(_ stored: String) -> RowError {
        RowError(
            .valueDoesNotFit, "timestamp \(stored) has a part below a microsecond", stored: stored,
            remedy: "set `nanoseconds: truncate` under `options:` to cut such parts off, or integer or text to keep them")
    }
}

/// Nanoseconds since 1970 as text.
enum NanosecondText {
    private static let second: Int64 = 1_000_000_000
    private static let secondsOfDay: Int64 = 86_400

    /// `yyyy-mm-ddThh:mm:ss.nnnnnnnnn`, with `Z` behind it when zoned.
    static func text(_ nanos: Int64, zoned: Bool) -> String {
        var bytes: [UInt8] = []
        append(nanos, zoned: zoned, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Parameter nanos: of the day.
    static func text(day: Int64, nanos: Int64) -> String {
        var bytes: [UInt8] = []
        append(seconds: day * secondsOfDay + nanos / second, nanos: nanos % second, zoned: false, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ nanos: Int64, zoned: Bool, to bytes: inout [UInt8]) {
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
    static func texts(_ column: Column, zoned: Bool) -> Column {
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
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// The quotient so, and what is left: from 0 up to the divisor.
    fileprivate func flooredQuotientAndRemainder(_ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let quotient = flooredQuotient(divisor)
        // The product alone may be out of range; the difference is not.
        return (quotient, self &- quotient &* divisor)
    }
}
