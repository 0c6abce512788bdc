/// Writes the digits of sequence numbers. One whose place follows that of the number before in its shard is made from that one's digits, which
/// takes an addition of digits instead of divisions of 128 bits.
struct NumberRun {
    /// 2^64, which a place more adds to a number: its digits, the lowest first.
    private static let step: [UInt8] = "18446744073709551616".utf8.reversed().map { $0 - 0x30 }

    private var last: ServiceNumber?
    private var digits: [UInt8] = []

    mutating func append(_ number: ServiceNumber, to bytes: inout [UInt8]) {
        if let last, last.shard == number.shard, number.place > 0, last.place == number.place - 1 {
            advance()
        } else {
            digits.removeAll(keepingCapacity: true)
            number.append(to: &digits)
        }
        last = number
        bytes += digits
    }

    private mutating func advance() {
        digits.withUnsafeMutableBufferPointer { digits in
            var carry: UInt8 = 0
            var place = digits.count
            for step in Self.step {
                place -= 1
                let sum = digits[place] &+ step &+ carry
                carry = sum > UInt8(ascii: "9") ? 1 : 0
                digits[place] = sum &- 10 &* carry
            }
            while carry > 0, place > 0 {
                place -= 1
                carry = digits[place] == UInt8(ascii: "9") ? 1 : 0
                digits[place] = carry > 0 ? UInt8(ascii: "0") : digits[place] &+ 1
            }
        }
    }
}
