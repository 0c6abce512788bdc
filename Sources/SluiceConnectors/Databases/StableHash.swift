/// FNV-1a of 64 bits: the same in every run and on every machine, for names and for telling rows apart; not against an adversary.
struct StableHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    init() {}

    /// Of texts one behind the other, told apart.
    init(of texts: [String]) {
        for text in texts {
            add(text.utf8)
            add(UInt8(0))
        }
    }

    mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { add(byte) }
    }

    mutating func add(_ number: UInt64) {
        for place in 0..<8 { add(UInt8(truncatingIfNeeded: number >> UInt64(8 * place))) }
    }

    /// The hash of a text, as 16 hexadecimal digits.
    static func text(_ text: String) -> String {
        var hash = StableHash()
        hash.add(text.utf8)
        return hash.value.hexadecimal
    }
}

extension UInt64 {
    /// 16 digits.
    var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
