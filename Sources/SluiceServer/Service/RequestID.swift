/// Ids of requests, in the form of a UUID of version 4.
enum RequestID {
    private static let digits = Array("0123456789abcdef".utf8)

    static func make() -> String {
        var random = UInt128.random(in: .min ... .max)
        return String(unsafeUninitializedCapacity: 36) { text in
            for place in 0..<36 {
                switch place {
                case 8, 13, 18, 23: text.initializeElement(at: place, to: UInt8(ascii: "-"))
                case 14: text.initializeElement(at: place, to: UInt8(ascii: "4"))
                default:
                    let nibble = Int(truncatingIfNeeded: random & 15)
                    text.initializeElement(at: place, to: digits[place == 19 ? 8 | nibble & 3 : nibble])
                    random >>= 4
                }
            }
            return 36
        }
    }
}
