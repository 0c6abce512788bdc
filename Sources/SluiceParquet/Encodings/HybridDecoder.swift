import SluiceCore

/// Decodes runs of repeated and of bit-packed numbers: levels, dictionary codes, booleans.
///
/// Source: parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid (RLE = 3)". Values are packed from the least significant bit on.
struct HybridDecoder {
    /// Bits of a number, 0...32.
    let width: Int
    private var rest: PageBytes
    /// The run at hand: `left` numbers, either `repeated` ones or packed ones from bit `bit` of `packed` on.
    private var left = 0
    private var isPacked = false
    private var repeated: UInt32 = 0
    private var packed: UnsafeRawPointer
    private var bit = 0

    /// - Throws: `corruptFile` for a width over 32.
    init(_ bytes: PageBytes, width: Int) throws(SluiceError) {
        guard (0...32).contains(width) else { throw PageError.damaged("numbers of \(width) bits") }
        self.width = width
        rest = bytes
        packed = bytes.base
    }

    /// Goes on to the next run that is not empty.
    private mutating func nextRun() throws(SluiceError) {
        while left == 0 {
            guard let header = rest.takeVarint() else { throw PageError.damaged("runs end too soon") }
            if header & 1 == 0 {
                guard let value = rest.take((width + 7) / 8), header >> 1 <= UInt64(Int32.max) else {
                    throw PageError.damaged("a run is cut")
                }
                // The word may reach beyond the value; what is not its own is masked.
                let mask: UInt64 = (1 &<< UInt64(width)) &- 1
                let word = UInt64(littleEndian: value.base.loadUnaligned(as: UInt64.self))
                guard value.count == 0 || word & ((1 &<< UInt64(value.count * 8)) &- 1) & ~mask == 0 else {
                    throw PageError.damaged("a repeated number has more than \(width) bits")
                }
                repeated = UInt32(truncatingIfNeeded: word & mask)
                left = Int(header >> 1)
                isPacked = false
            } else {
                try startPacked(groups: header >> 1)
            }
        }
    }

    private mutating func startPacked(groups: UInt64) throws(SluiceError) {
        guard groups <= UInt64(Int32.max) / 8 else { throw PageError.damaged("a packed run of \(groups) groups") }
        // Old writers cut the last group off behind its last value.
        let available = min(Int(groups) * width, rest.count)
        left = width == 0 ? Int(groups) * 8 : available * 8 / width
        guard let bytes = rest.take(available), left > 0 || groups == 0 else { throw PageError.damaged("a packed run is cut") }
        packed = bytes.base
        bit = 0
        isPacked = true
    }

    /// What comes next: one number several times, or numbers of their own.
    enum Next {
        case repeated(Int32, count: Int)
        /// So many numbers are in the target.
        case unpacked(count: Int)
    }

    /// The next numbers, up to `limit` repeated ones or `room` ones of their own.
    ///
    /// - Throws: `corruptFile` when there are none.
    mutating func next(_ limit: Int, into target: UnsafeMutablePointer<Int32>, room: Int) throws(SluiceError) -> Next {
        if left == 0 { try nextRun() }
        if !isPacked {
            let run = min(left, limit)
            left -= run
            return .repeated(Int32(truncatingIfNeeded: repeated), count: run)
        }
        let run = min(left, limit, room)
        BitUnpacking.unpack(packed, bit: bit, width: width, into: target, count: run)
        bit += run * width
        left -= run
        return .unpacked(count: run)
    }

    /// The next `count` numbers.
    ///
    /// - Throws: `corruptFile` when there are fewer.
    mutating func read(into target: UnsafeMutablePointer<Int32>, count: Int) throws(SluiceError) {
        var done = 0
        while done < count {
            if left == 0 { try nextRun() }
            let run = min(left, count - done)
            if isPacked {
                BitUnpacking.unpack(packed, bit: bit, width: width, into: target + done, count: run)
                bit += run * width
            } else {
                (target + done).update(repeating: Int32(truncatingIfNeeded: repeated), count: run)
            }
            left -= run
            done += run
        }
    }

    /// The next `count` numbers, of up to 8 bits.
    ///
    /// - Throws: `corruptFile` when there are fewer.
    mutating func read(into target: UnsafeMutablePointer<UInt8>, count: Int) throws(SluiceError) {
        var done = 0
        while done < count {
            if left == 0 { try nextRun() }
            let run = min(left, count - done)
            if isPacked {
                BitUnpacking.unpack(packed, bit: bit, width: width, into: target + done, count: run)
                bit += run * width
            } else {
                (target + done).update(repeating: UInt8(truncatingIfNeeded: repeated), count: run)
            }
            left -= run
            done += run
        }
    }

    /// The next `count` numbers of one bit, into the bits of `words` from `start` on, which are 0 before; returns how many are 1.
    ///
    /// - Throws: `corruptFile` when there are fewer.
    mutating func readBits(into words: UnsafeMutablePointer<UInt64>, from start: Int, count: Int) throws(SluiceError) -> Int {
        var done = 0
        var ones = 0
        while done < count {
            if left == 0 { try nextRun() }
            let run = min(left, count - done)
            if isPacked {
                ones += Bits.copy(packed, from: bit, to: words, at: start + done, count: run)
                bit += run
            } else if repeated != 0 {
                Bits.set(words, from: start + done, count: run)
                ones += run
            }
            left -= run
            done += run
        }
        return ones
    }

    /// Passes over `count` numbers.
    mutating func skip(_ count: Int) throws(SluiceError) {
        var rest = count
        while rest > 0 {
            if left == 0 { try nextRun() }
            let run = min(left, rest)
            if isPacked { bit += run * width }
            left -= run
            rest -= run
        }
    }
}
