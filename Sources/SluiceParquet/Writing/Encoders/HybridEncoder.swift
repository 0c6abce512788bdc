/// Parquet's hybrid of run lengths and bit packing, for dictionary codes and levels.
///
/// A run of equal codes is `varint(count << 1)` and the code in whole bytes; a packed run is `varint(groups << 1 | 1)` and `groups` times 8
/// codes (Parquet's encodings page, "RLE / Bit-Packing Hybrid").
enum HybridEncoder {
    /// Appends codes of at most `width` bits, 1 to 16.
    static func append(_ codes: UnsafeBufferPointer<UInt16>, width: Int, to store: inout ByteStore) {
        guard let base = codes.baseAddress else { return }
        let count = codes.count
        // A run breaks a packed stretch in two and costs about five bytes; shorter ones are cheaper packed.
        let shortestRun = max(8, 40 / width)
        var packedStart = 0
        var position = 0
        while position + 8 <= count {
            guard isUniform(base + position) else {
                position += 8
                continue
            }
            let end = runEnd(base, from: position, count: count)
            if end - position < shortestRun {
                position += (end - position) / 8 * 8
                continue
            }
            appendPacked(base + packedStart, count: position - packedStart, width: width, to: &store)
            appendRun(base[position], count: end - position, width: width, to: &store)
            position = end
            packedStart = end
        }
        appendPacked(base + packedStart, count: count - packedStart, width: width, to: &store)
    }

    /// One run of a single code.
    static func appendRun(_ code: UInt16, count: Int, width: Int, to store: inout ByteStore) {
        guard count > 0 else { return }
        store.append(varint: UInt64(count) << 1)
        store.append(UInt8(truncatingIfNeeded: code))
        if width > 8 { store.append(UInt8(truncatingIfNeeded: code >> 8)) }
    }

    /// Whether 8 codes are equal.
    @inline(__always) private static func isUniform(_ codes: UnsafePointer<UInt16>) -> Bool {
        let low = UnsafeRawPointer(codes).loadUnaligned(as: UInt64.self)
        let high = (UnsafeRawPointer(codes) + 8).loadUnaligned(as: UInt64.self)
        return low == high && low == (low &<< 16 | low &>> 48)
    }

    /// The end of the run of equal codes that begins with 8 of them.
    private static func runEnd(_ codes: UnsafePointer<UInt16>, from start: Int, count: Int) -> Int {
        let pattern = UnsafeRawPointer(codes + start).loadUnaligned(as: UInt64.self)
        var end = start + 8
        while end + 4 <= count, UnsafeRawPointer(codes + end).loadUnaligned(as: UInt64.self) == pattern { end += 4 }
        while end < count, codes[end] == codes[start] { end += 1 }
        return end
    }

    private static func appendPacked(_ codes: UnsafePointer<UInt16>, count: Int, width: Int, to store: inout ByteStore) {
        guard count > 0 else { return }
        let whole = count / 8
        let rest = count % 8
        store.append(varint: UInt64(whole + (rest > 0 ? 1 : 0)) << 1 | 1)
        CodePacking.pack(codes, groups: whole, width: width, to: store.room(for: whole * width + CodePacking.slackBytes))
        store.advance(whole * width)
        guard rest > 0 else { return }
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 8) { last in
            for index in 0..<8 { last[index] = index < rest ? codes[whole * 8 + index] : 0 }
            guard let base = last.baseAddress else { return }
            CodePacking.pack(base, groups: 1, width: width, to: store.room(for: width + CodePacking.slackBytes))
            store.advance(width)
        }
    }
}

extension HybridEncoder {
    /// Appends single bits, which a bitmap has packed already: only runs of whole words are searched for.
    ///
    /// - Parameter words: bits from the lowest of the first word on; those beyond `count` are 0.
    static func append(bits words: UnsafeBufferPointer<UInt64>, count: Int, to store: inout ByteStore) {
        var packedStart = 0
        var index = 0
        let whole = count / 64
        while index < whole {
            let word = words[index]
            guard word == 0 || word == .max else {
                index += 1
                continue
            }
            var end = index + 1
            while end < whole, words[end] == word { end += 1 }
            appendPackedBits(words, packedStart * 64..<index * 64, to: &store)
            // A last word of the same bits, if only a part of one, joins the run.
            let rest = end == whole ? count - whole * 64 : 0
            let joins = rest > 0 && words[whole] == (word == 0 ? 0 : (1 << UInt64(rest)) - 1)
            appendRun(word == 0 ? 0 : 1, count: (end - index) * 64 + (joins ? rest : 0), width: 1, to: &store)
            if joins { return }
            index = end
            packedStart = end
        }
        appendPackedBits(words, packedStart * 64..<count, to: &store)
    }

    private static func appendPackedBits(_ words: UnsafeBufferPointer<UInt64>, _ bits: Range<Int>, to store: inout ByteStore) {
        guard !bits.isEmpty else { return }
        let bytes = (bits.count + 7) / 8
        store.append(varint: UInt64(bytes) << 1 | 1)
        let start = bits.lowerBound / 8
        store.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(words)[start..<start + bytes]))
    }
}
