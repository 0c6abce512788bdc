/// Stands in for swift-crypto, which these fuzzers would build for one digest: of 32 bytes, and other ones for other texts as a rule.
public enum SHA256 {
    public static func hash(data: [UInt8]) -> [UInt8] {
        var digest: [UInt8] = []
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        for round in 0..<4 as Range<UInt64> {
            for byte in data { state = (state ^ UInt64(byte) ^ round) &* 0x0000_0100_0000_01b3 }
            digest += (0..<8).map { UInt8(truncatingIfNeeded: state >> ($0 * 8)) }
        }
        return digest
    }
}
