/// DELTA_BINARY_PACKED: the first value, then blocks of differences to the one before, less the block's smallest and bit-packed by 32.
///
/// Layout (Parquet's encodings page, "Delta Encoding"): `varint block values, varint miniblocks a block, varint count, zigzag first value`,
/// then for each block `zigzag smallest difference, a byte of width for each miniblock, the miniblocks`. Differences wrap in the value's
/// own width, so every sequence can be encoded.
enum DeltaEncoder {
    static let blockValues = 128
    static let miniblocks = 4
    static let miniblockValues = blockValues / miniblocks

    static func append<Number: FixedWidthInteger & SignedInteger>(_ values: UnsafeBufferPointer<Number>, to store: inout ByteStore)
    where Number.Magnitude: FixedWidthInteger {
        store.append(varint: UInt64(blockValues))
        store.append(varint: UInt64(miniblocks))
        store.append(varint: UInt64(values.count))
        store.append(zigzag: values.isEmpty ? 0 : Int64(truncatingIfNeeded: values[0]))
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: blockValues) { block in
            var position = 1
            while position < values.count {
                let count = min(blockValues, values.count - position)
                appendBlock(values, from: position, count: count, differences: block, to: &store)
                position += count
            }
        }
    }

    private static func appendBlock<Number: FixedWidthInteger & SignedInteger>(
        _ values: UnsafeBufferPointer<Number>, from start: Int, count: Int, differences: UnsafeMutableBufferPointer<UInt64>,
        to store: inout ByteStore
    ) where Number.Magnitude: FixedWidthInteger {
        var smallest = Number.max
        for index in 0..<count { smallest = min(smallest, values[start + index] &- values[start + index - 1]) }
        for index in 0..<count {
            let difference = values[start + index] &- values[start + index - 1] &- smallest
            differences[index] = UInt64(truncatingIfNeeded: Number.Magnitude(truncatingIfNeeded: difference))
        }
        for index in count..<blockValues { differences[index] = 0 }
        store.append(zigzag: Int64(truncatingIfNeeded: smallest))
        for miniblock in 0..<miniblocks { store.append(UInt8(truncatingIfNeeded: width(of: miniblock, differences))) }
        // Miniblocks without any value are left out.
        for miniblock in 0..<(count + miniblockValues - 1) / miniblockValues {
            let width = width(of: miniblock, differences)
            appendMiniblock(differences, from: miniblock * miniblockValues, width: width, to: &store)
        }
    }

    /// Bits that the largest difference of a miniblock needs.
    private static func width(of miniblock: Int, _ differences: UnsafeMutableBufferPointer<UInt64>) -> Int {
        var bits: UInt64 = 0
        for index in 0..<miniblockValues { bits |= differences[miniblock * miniblockValues + index] }
        return 64 - bits.leadingZeroBitCount
    }

    /// Packs 32 numbers of up to 64 bits into `width * 4` bytes.
    private static func appendMiniblock(
        _ numbers: UnsafeMutableBufferPointer<UInt64>, from start: Int, width: Int, to store: inout ByteStore
    ) {
        guard width > 0 else { return }
        let target = store.room(for: width * 4 + 8)
        var word: UInt64 = 0
        var filled = 0
        var offset = 0
        for index in start..<start + miniblockValues {
            let number = numbers[index]
            word |= number &<< UInt64(filled)
            filled += width
            guard filled >= 64 else { continue }
            (target + offset).storeBytes(of: word.littleEndian, as: UInt64.self)
            offset += 8
            filled -= 64
            // What did not fit; a shift by the whole width means that all of it did.
            word = filled == 0 ? 0 : number &>> UInt64(width - filled)
        }
        if filled > 0 { (target + offset).storeBytes(of: word.littleEndian, as: UInt64.self) }
        store.advance(width * 4)
    }
}

extension DeltaEncoder {
    /// DELTA_LENGTH_BYTE_ARRAY: all lengths, delta-packed, then all bytes.
    static func append(rows: BytesPage, to store: inout ByteStore) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows.count) { lengths in
            for row in 0..<rows.count { lengths[row] = Int32(truncatingIfNeeded: rows[row].count) }
            append(UnsafeBufferPointer(lengths), to: &store)
        }
        for row in 0..<rows.count { store.append(rows[row]) }
    }

    /// DELTA_BYTE_ARRAY: how many bytes each text shares with the one before, delta-packed, then the rest of each as
    /// DELTA_LENGTH_BYTE_ARRAY.
    static func append(prefixed rows: BytesPage, to store: inout ByteStore) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows.count * 2) { both in
            let prefixes = UnsafeMutableBufferPointer(rebasing: both[0..<rows.count])
            let suffixes = UnsafeMutableBufferPointer(rebasing: both[rows.count...])
            for row in 0..<rows.count {
                let shared = row == 0 ? 0 : sharedPrefix(rows[row - 1], rows[row])
                prefixes[row] = Int32(truncatingIfNeeded: shared)
                suffixes[row] = Int32(truncatingIfNeeded: rows[row].count - shared)
            }
            append(UnsafeBufferPointer(prefixes), to: &store)
            append(UnsafeBufferPointer(suffixes), to: &store)
            for row in 0..<rows.count { store.append(UnsafeRawBufferPointer(rebasing: rows[row][Int(prefixes[row])...])) }
        }
    }

    private static func sharedPrefix(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
        let limit = min(a.count, b.count)
        var length = 0
        while length < limit, a[length] == b[length] { length += 1 }
        return length
    }
}
