import SluiceCore

/// What a backend takes as partition keys.
enum KeyRule: Hashable, Sendable {
    /// Texts of so many characters.
    case texts(ClosedRange<Int>)

    /// What stands for a row that has no value in the key's column.
    static let missing = "null"

    /// The text of a column's value as a key: bytes that are no text in base 64, and what is too long without its end.
    func key(of value: ArraySlice<UInt8>) -> String {
        switch self {
        case .texts(let characters):
            let text = String(validating: value, as: UTF8.self) ?? Base64.encode(value)
            if text.unicodeScalars.count < characters.lowerBound { return Self.missing }
            if text.utf8.count <= characters.upperBound { return text }
            return String(String.UnicodeScalarView(text.unicodeScalars.prefix(characters.upperBound)))
        }
    }

    /// The key of a record without a column to take it from: the same for equal records, and spread evenly (FNV-1a, 64 bits).
    static func key(hashing record: ArraySlice<UInt8>) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in record { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}
