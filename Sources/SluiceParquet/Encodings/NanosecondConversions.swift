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
