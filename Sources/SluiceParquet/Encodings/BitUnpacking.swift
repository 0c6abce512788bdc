/// Unpacks numbers that are stored in bits, from the least significant one on. Loads whole words, so that memory must go on a word beyond the end.
enum BitUnpacking {
    /// `count` numbers of `width` bits (0...32), the first of which begins at `bit`.
    @inline(__always)
    static func unpack<Number: FixedWidthInteger & BitwiseCopyable>(
        _ base: UnsafeRawPointer, bit: Int, width: Int, into target: UnsafeMutablePointer<Number>, count: Int
    ) {
        var done = 0
        var bit = bit
        let mask: UInt64 = (1 &<< UInt64(truncatingIfNeeded: width)) &- 1
        if width <= 7 {
            // Eight numbers fit into a word even when it begins within a byte.
            let step = UInt64(truncatingIfNeeded: width)
            while done &+ 8 <= count {
                var word = load(base, bit)
                for index in 0..<8 {
                    target[done &+ index] = Number(truncatingIfNeeded: word & mask)
                    word &>>= step
                }
                done &+= 8
                bit &+= 8 &* width
            }
        } else if width <= 14 {
            let step = UInt64(truncatingIfNeeded: width)
            while done &+ 4 <= count {
                let word = load(base, bit)
                target[done] = Number(truncatingIfNeeded: word & mask)
                target[done &+ 1] = Number(truncatingIfNeeded: word &>> step & mask)
                target[done &+ 2] = Number(truncatingIfNeeded: word &>> (2 &* step) & mask)
                target[done &+ 3] = Number(truncatingIfNeeded: word &>> (3 &* step) & mask)
                done &+= 4
                bit &+= 4 &* width
            }
        }
        while done < count {
            target[done] = Number(truncatingIfNeeded: load(base, bit) & mask)
            done &+= 1
            bit &+= width
        }
    }

    /// The 57 bits or more from `bit` on.
    @inline(__always)
    static func load(_ base: UnsafeRawPointer, _ bit: Int) -> UInt64 {
        UInt64(littleEndian: base.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self)) &>> UInt64(truncatingIfNeeded: bit & 7)
    }

    /// A number of up to 64 bits that begins at `bit`.
    @inline(__always)
    static func loadWide(_ base: UnsafeRawPointer, _ bit: Int, width: Int) -> UInt64 {
        if width == 0 { return 0 }
        let shift = UInt64(truncatingIfNeeded: bit & 7)
        var word = load(base, bit)
        if shift > 0 {
            // The ninth byte has the bits that the shift made room for.
            word |= UInt64(base.load(fromByteOffset: bit &>> 3 &+ 8, as: UInt8.self)) &<< (64 &- shift)
        }
        return width == 64 ? word : word & ((1 &<< UInt64(truncatingIfNeeded: width)) &- 1)
    }
}

/// Runs of bits in words, bit `i` in word `i / 64` from the least significant one on.
enum Bits {
    /// Sets `count` bits from `start` on.
    static func set(_ words: UnsafeMutablePointer<UInt64>, from start: Int, count: Int) {
        var position = start
        var left = count
        while left > 0 {
            let offset = position & 63
            let run = min(64 &- offset, left)
            words[position &>> 6] |= ones(run) &<< UInt64(truncatingIfNeeded: offset)
            position &+= run
            left &-= run
        }
    }

    /// Copies `count` bits from bit `source` of `base` to bit `start` of `words`, which are 0 before; returns how many are 1.
    static func copy(
        _ base: UnsafeRawPointer, from source: Int, to words: UnsafeMutablePointer<UInt64>, at start: Int, count: Int
    ) -> Int {
        var total = 0
        var position = start
        var source = source
        var left = count
        while left > 0 {
            let offset = position & 63
            // A load has 57 bits at least.
            let run = min(64 &- offset, left, 56)
            let bits = BitUnpacking.load(base, source) & ones(run)
            words[position &>> 6] |= bits &<< UInt64(truncatingIfNeeded: offset)
            total &+= bits.nonzeroBitCount
            position &+= run
            source &+= run
            left &-= run
        }
        return total
    }

    /// How many of `count` bits from `start` on are 1.
    static func countOnes(_ words: UnsafePointer<UInt64>, from start: Int, count: Int) -> Int {
        var total = 0
        var position = start
        var left = count
        while left > 0 {
            let offset = position & 63
            let run = min(64 &- offset, left)
            total &+= (words[position &>> 6] &>> UInt64(truncatingIfNeeded: offset) & ones(run)).nonzeroBitCount
            position &+= run
            left &-= run
        }
        return total
    }

    @inline(__always) private static func ones(_ count: Int) -> UInt64 {
        count >= 64 ? .max : (1 &<< UInt64(truncatingIfNeeded: count)) &- 1
    }
}
