import SluiceCore

/// The time of a signature, `20260101T000000Z`, in microseconds since 1970.
enum SignatureTime {
    static func micros(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            (Array(bytes[..<8]) + bytes[9..<15]).allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } }
        guard let date = CivilDate(year: number(0..<4), month: number(4..<6), day: number(6..<8)), number(9..<11) < 24,
            number(11..<13) < 60, number(13..<15) < 61
        else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + number(9..<11) * 3_600 + number(11..<13) * 60 + number(13..<15)
        return Int64(seconds) * 1_000_000
    }
}
