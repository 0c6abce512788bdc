import SluiceCore
import SluiceLog
import SluiceStreams

/// Sequence numbers as clients see them: 56 digits, as the service's have, of 186 bits that say the same as the service's to clients that look
/// into them (bits 4 to 35: the shard's number).
///
/// The number is 2^185 + place · 2^64 + shard · 2^4. Places are one more than those of the log, so that the number with place 0 is behind no
/// record and before the first one: a reader that begins after it begins at the start.
struct ServiceNumber: Hashable, Sendable {
    /// 2^185 in two parts: its digits before the last 38, and the last 38.
    private static let high: UInt64 = 490_398_573_077_084_434
    private static let low: UInt128 = 67_467_104_868_809_893_875_799_651_909_875_269_632
    private static let base = Self.power(10, 38)
    static let digits = 56

    var shard: Int
    var place: UInt64

    init(shard: Int, place: UInt64) {
        self.shard = shard
        self.place = place
    }

    /// Of a record of the log.
    init(shard: Int, offset: UInt64) { self.init(shard: shard, place: offset + 1) }

    init?(_ number: SequenceNumber) {
        guard let position = number.position else { return nil }
        self.init(shard: position.shard, offset: position.offset)
    }

    /// Nil for a number that this service does not give.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.digits, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let high = bytes[..<18].reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) }
        let low = bytes[18...].reduce(UInt128(0)) { $0 * 10 + UInt128($1 - 0x30) }
        guard high >= Self.high, high - Self.high < 4 else { return nil }
        let carried = UInt128(high - Self.high).multipliedReportingOverflow(by: Self.base)
        let sum = carried.partialValue.addingReportingOverflow(low)
        guard !carried.overflow, !sum.overflow, sum.partialValue >= Self.low else { return nil }
        let value = sum.partialValue - Self.low
        guard value >> 124 == 0, value & 15 == 0, value >> 36 & 0xFFF_FFFF == 0 else { return nil }
        shard = Int(UInt32(truncatingIfNeeded: value >> 4))
        place = UInt64(truncatingIfNeeded: value >> 64)
    }

    var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func append(to bytes: inout [UInt8]) {
        let sum = Self.low + (UInt128(place) << 64 | UInt128(UInt32(shard)) << 4)
        let (carry, rest) = sum.quotientAndRemainder(dividingBy: Self.base)
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0x30, count: Self.digits))
        // 38 digits are two halves of 19, each of which fits in 64 bits.
        let (upper, lower) = rest.quotientAndRemainder(dividingBy: 10_000_000_000_000_000_000)
        Self.write(Self.high + UInt64(carry), endingAt: start + 18, &bytes)
        Self.write(UInt64(upper), endingAt: start + 37, &bytes)
        Self.write(UInt64(lower), endingAt: start + 56, &bytes)
    }

    private static func write(_ number: UInt64, endingAt end: Int, _ bytes: inout [UInt8]) {
        var (number, place) = (number, end)
        while number > 0 {
            let (rest, digit) = number.quotientAndRemainder(dividingBy: 10)
            place -= 1
            bytes[place] = 0x30 + UInt8(truncatingIfNeeded: digit)
            number = rest
        }
    }

    private static func power(_ base: UInt128, _ exponent: Int) -> UInt128 { (0..<exponent).reduce(1) { value, _ in value * base } }

    /// The log's number; nil for the number before the first record.
    var record: SequenceNumber? { place == 0 ? nil : SequenceNumber(shard: shard, offset: place - 1) }
}
