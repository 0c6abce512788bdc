import SluiceCore

/// Numbers that are the same for values that SQLite may find equal, by whatever affinity and collation it compares them.
///
/// Texts that read as numbers have the key of the number, and texts that read as times that of the time. Equal keys prove nothing: SQLite
/// compares the rows that are found.
enum EqualityKey {
    static func of(_ number: Int64) -> UInt64 { mixed(UInt64(bitPattern: number)) }

    static func of(_ number: Double) -> UInt64 {
        if let whole = Int64(exactly: number) { return of(whole) }
        return mixed(number.bitPattern ^ 0x9E37_79B9_7F4A_7C15)
    }

    /// - Parameter micros: Since 1970.
    static func of(micros: Int64) -> UInt64 { mixed(UInt64(bitPattern: micros) ^ 0xC2B2_AE3D_27D4_EB4F) }

    static func of(text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        if let first = text.first, mayBeNumber(first), let key = special(text) { return key }
        return of(bytes: text)
    }

    static func of(bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return mixed(hash)
    }

    private static func mayBeNumber(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || [0x2B, 0x2D, 0x2E, 0x20, 0x09, 0x0A, 0x0D].contains(byte)
    }

    private static func special(_ text: UnsafeBufferPointer<UInt8>) -> UInt64? {
        if text.count >= 10, text[4] == UInt8(ascii: "-"), let time = TimeText.timestamp(text) { return of(micros: time.utcMicros) }
        var (start, end) = (0, text.count)
        while start < end, isBlank(text[start]) { start += 1 }
        while end > start, isBlank(text[end - 1]) { end -= 1 }
        let trimmed = UnsafeBufferPointer(rebasing: text[start..<end])
        if let whole = NumberText.integer(trimmed) { return of(whole) }
        return NumberText.float(trimmed).map { of($0) }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// The finaliser of MurmurHash3.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var hash = value
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ (hash >> 33)
    }

    /// The key of several values.
    static func joined(_ keys: UInt64, _ key: UInt64) -> UInt64 { mixed(keys &* 31 &+ key) }
}
