/// A packed sequence of bits, bit `i` in word `i / 64`, least significant first (Arrow's validity layout on little-endian machines).
///
/// - Invariant: bits beyond `count` in the last word are 0.
public struct Bitmap: Hashable, Sendable {
    public private(set) var words: [UInt64]
    public private(set) var count: Int

    @inlinable public init() { self.init(repeating: false, count: 0) }

    public init(repeating bit: Bool, count: Int) {
        precondition(count >= 0, "a bitmap cannot have a negative count")
        words = [UInt64](repeating: bit ? .max : 0, count: (count + 63) / 64)
        self.count = count
        if bit { clearTail() }
    }

    /// The bits of a sequence, in order.
    @inlinable public init(_ bits: some Sequence<Bool>) {
        var words: [UInt64] = []
        words.reserveCapacity((bits.underestimatedCount + 63) / 64)
        var count = 0
        var word: UInt64 = 0
        for bit in bits {
            word |= (bit ? 1 : 0) &<< UInt64(truncatingIfNeeded: count & 63)
            count &+= 1
            if count & 63 == 0 {
                words.append(word)
                word = 0
            }
        }
        if count & 63 != 0 { words.append(word) }
        self.init(words: words, count: count)
    }

    /// Takes over `words`, whose bits beyond `count` are cleared.
    public init(words: [UInt64], count: Int) {
        precondition(words.count == (count + 63) / 64, "the number of words does not fit the count")
        self.words = words
        self.count = count
        clearTail()
    }

    public subscript(index: Int) -> Bool {
        @inlinable @inline(__always) get { words[index &>> 6] & (1 &<< UInt64(truncatingIfNeeded: index & 63)) != 0 }
        @inline(__always) set {
            let mask: UInt64 = 1 &<< UInt64(truncatingIfNeeded: index & 63)
            if newValue { words[index &>> 6] |= mask } else { words[index &>> 6] &= ~mask }
        }
    }

    public mutating func append(_ bit: Bool) {
        if count & 63 == 0 { words.append(0) }
        count += 1
        if bit { self[count - 1] = true }
    }

    /// Appends all bits of another bitmap, a word at a time.
    public mutating func append(contentsOf other: Bitmap) {
        let shift = UInt64(truncatingIfNeeded: count & 63)
        if shift == 0 {
            words.append(contentsOf: other.words)
        } else {
            var last = words.removeLast()
            for word in other.words {
                words.append(last | word &<< shift)
                last = word &>> (64 &- shift)
            }
            if Int(shift) + (other.count & 63) > 64 || other.count & 63 == 0 { words.append(last) }
        }
        count += other.count
    }

    public mutating func append(repeating bit: Bool, count: Int) { append(contentsOf: Bitmap(repeating: bit, count: count)) }

    public mutating func reserveCapacity(_ bits: Int) { words.reserveCapacity((bits + 63) / 64) }

    public var setCount: Int {
        var total = 0
        for word in words { total &+= word.nonzeroBitCount }
        return total
    }

    /// Whether no bit is 0.
    public var allSet: Bool {
        for word in words.dropLast() where word != .max { return false }
        return count == 0 || words[words.count - 1] == .max &>> UInt64((64 - count & 63) & 63)
    }
    public var noneSet: Bool { words.allSatisfy { $0 == 0 } }

    /// Bit-wise and; both have the same count.
    public static func & (a: Bitmap, b: Bitmap) -> Bitmap { a.combined(b, &) }
    /// Bit-wise or; both have the same count.
    public static func | (a: Bitmap, b: Bitmap) -> Bitmap { a.combined(b, |) }
    public static prefix func ~ (a: Bitmap) -> Bitmap { Bitmap(words: a.words.map { ~$0 }, count: a.count) }

    private func combined(_ other: Bitmap, _ combine: (UInt64, UInt64) -> UInt64) -> Bitmap {
        precondition(count == other.count, "bitmaps of \(count) and \(other.count) bits cannot be combined")
        var result = words
        for index in result.indices { result[index] = combine(result[index], other.words[index]) }
        return Bitmap(words: result, count: count)
    }

    /// Calls `body` with the position of each set bit, ascending.
    @inlinable public func forEachSet(_ body: (Int) -> Void) {
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                body(index &<< 6 &+ rest.trailingZeroBitCount)
                rest &= rest &- 1
            }
        }
    }

    private mutating func clearTail() {
        if count & 63 != 0 { words[words.count - 1] &= (1 &<< UInt64(count & 63)) &- 1 }
    }
}
