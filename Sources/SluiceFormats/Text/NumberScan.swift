import SluiceCore

/// Numbers and times of the usual spelling, read eight bytes at a time. Whatever they return nil for, the careful readers judge.
///
/// The conversion of eight digits by three multiplications is the well-known one (for example in Lemire's "Number parsing at a gigabyte per
/// second", 2021).
enum NumberScan {
    /// An integer of one to eight characters, without leading zeros.
    ///
    /// - Parameter word: The eight bytes from the text's start on, whatever stands behind the text.
    @inline(__always)
    static func integer(_ word: UInt64, _ count: Int) -> Int64? {
        var (word, count) = (word, count)
        let isNegative = word & 0xFF == 0x2D
        if isNegative { (word, count) = (word &>> 8, count &- 1) }
        guard count > 0, count == 1 || word & 0xFF != 0x30, let value = digits(word, count) else { return nil }
        return isNegative ? 0 &- Int64(value) : Int64(value)
    }

    /// One to eight digits.
    @inline(__always)
    static func digits(_ word: UInt64, _ count: Int) -> UInt64? {
        let shift = UInt64(truncatingIfNeeded: (8 &- count) &* 8)
        // The digits at the high end, zeros before them.
        let text = (word << shift) | (0x3030_3030_3030_3030 & ~(UInt64.max << shift))
        let isDigits = (text & 0xF0F0_F0F0_F0F0_F0F0) | (((text &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0) &>> 4)
        guard isDigits == 0x3333_3333_3333_3333 else { return nil }
        var value = text &- 0x3030_3030_3030_3030
        value = (value &* 10) &+ (value &>> 8)
        let low = (value & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        let high = ((value &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
        return (low &+ high) &>> 32
    }

    /// A number of one to eight characters, with or without a point, without leading zeros before another digit.
    @inline(__always)
    static func float(_ word: UInt64, _ count: Int) -> Double? {
        if let whole = integer(word, count) { return Double(whole) }
        var (word, count) = (word, count)
        let isNegative = word & 0xFF == 0x2D
        if isNegative { (word, count) = (word &>> 8, count &- 1) }
        let point = Words.zeroBytes(word ^ Words.all(0x2E)).trailingZeroBitCount &>> 3
        guard point > 0, point &+ 1 < count else { return nil }
        let below = ~(UInt64.max << UInt64(truncatingIfNeeded: point &* 8))
        guard let significand = digits((word & below) | ((word &>> 8) & ~below), count &- 1) else { return nil }
        // Both are exact in a double, so the division rounds once.
        let value = Double(significand) / power(count &- 1 &- point)
        return isNegative ? -value : value
    }

    @inline(__always)
    private static func power(_ exponent: Int) -> Double {
        switch exponent {
        case 1: 10
        case 2: 100
        case 3: 1_000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        default: 10_000_000
        }
    }
}

/// Reads dates and timestamps of the usual spelling; remembers the last day, because neighbouring rows mostly share it.
struct TimeScan {
    private var lastDay: (UInt64, UInt16) = (.max, .max)
    private var lastDays: Int32 = 0

    /// `yyyy-mm-dd`, ten bytes that can be read.
    @inline(__always)
    mutating func date(_ text: UnsafePointer<UInt8>) -> Int32? {
        let raw = UnsafeRawPointer(text)
        let day = (raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt16.self))
        if day == lastDay { return lastDays }
        guard let days = TimeText.date(UnsafeBufferPointer(start: text, count: 10)) else { return nil }
        lastDay = day
        lastDays = days
        return days
    }

    /// `yyyy-mm-dd[T ]hh:mm:ss`, nineteen bytes that can be read; microseconds.
    @inline(__always)
    mutating func timestamp(_ text: UnsafePointer<UInt8>) -> Int64? {
        let raw = UnsafeRawPointer(text)
        guard text[10] == 0x54 || text[10] == 0x20, let days = date(text) else { return nil }
        // hh:mm:ss
        let word = raw.loadUnaligned(fromByteOffset: 11, as: UInt64.self)
        let colons: UInt64 = 0x0000_FF00_00FF_0000
        guard word & colons == 0x3A3A_3A3A_3A3A_3A3A & colons else { return nil }
        let digits = (word & ~colons) | (0x3030_3030_3030_3030 & colons)
        let isDigits = (digits & 0xF0F0_F0F0_F0F0_F0F0) | (((digits &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0) &>> 4)
        guard isDigits == 0x3333_3333_3333_3333 else { return nil }
        let values = digits &- 0x3030_3030_3030_3030
        let pairs = (values &* 10) &+ (values &>> 8)
        let (hour, minute, second) = (pairs & 0xFF, (pairs &>> 24) & 0xFF, (pairs &>> 48) & 0xFF)
        guard hour < 24, minute < 60, second < 60 else { return nil }
        return (Int64(days) &* 86_400 &+ Int64(hour &* 3600 &+ minute &* 60 &+ second)) &* 1_000_000
    }
}
