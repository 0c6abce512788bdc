import Glibc

extension ByteRows {
    /// Rows up to this long are copied as one fixed block, which costs less than a call.
    private static let blockBytes = 16

    /// The rows at `positions`, in that order; a position may repeat.
    public func gather(_ positions: [Int32]) -> ByteRows {
        positions.withUnsafeBufferPointer {
            checkPositions($0, count)
            return gather(unchecked: $0)
        }
    }

    /// - Parameter positions: each below `count`.
    func gather(unchecked positions: UnsafeBufferPointer<Int32>) -> ByteRows {
        offsets.withUnsafeBufferPointer { offsets in
            var total = 0
            let newOffsets = [Int32](unsafeUninitializedCapacity: positions.count + 1) { target, initialized in
                target.initializeElement(at: 0, to: 0)
                for (row, position) in positions.enumerated() {
                    total &+= Int(offsets[Int(position) &+ 1] &- offsets[Int(position)])
                    target.initializeElement(at: row &+ 1, to: Int32(truncatingIfNeeded: total))
                }
                initialized = positions.count + 1
            }
            precondition(total <= Int(Int32.max), "a column of bytes is over 2 GiB; batches are kept smaller")
            return ByteRows(offsets: newOffsets, data: copied(positions, offsets, total))
        }
    }

    private func copied(_ positions: UnsafeBufferPointer<Int32>, _ offsets: UnsafeBufferPointer<Int32>, _ total: Int) -> [UInt8] {
        data.withUnsafeBytes { source in
            // The block that a short row is copied as may reach beyond the row, so there is room for one behind the last.
            [UInt8](unsafeUninitializedCapacity: total + Self.blockBytes) { buffer, initialized in
                initialized = total
                guard total > 0, let from = source.baseAddress, var to = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
                let lastBlock = source.count - Self.blockBytes
                for position in positions {
                    let start = Int(offsets[Int(position)])
                    let length = Int(offsets[Int(position) &+ 1]) &- start
                    Self.copyRow(from, start, length, lastBlock, to: to)
                    to += length
                }
            }
        }
    }

    /// Copies a row; a short one as a block, where the source has one there.
    @inline(__always)
    private static func copyRow(_ from: UnsafeRawPointer, _ start: Int, _ length: Int, _ lastBlock: Int, to target: UnsafeMutableRawPointer)
    {
        if length <= blockBytes, start <= lastBlock {
            target.storeBytes(of: from.loadUnaligned(fromByteOffset: start, as: UInt64.self), as: UInt64.self)
            target.storeBytes(of: from.loadUnaligned(fromByteOffset: start &+ 8, as: UInt64.self), toByteOffset: 8, as: UInt64.self)
        } else {
            memcpy(target, from + start, length)
        }
    }

    /// The rows that `picks` takes of several buffers, in its order.
    static func picked(_ parts: [ByteRows], _ picks: RowPicks) -> ByteRows {
        var offsets = [Int32](repeating: 0, count: picks.count + 1)
        for (part, piece) in zip(parts, picks.pieces) {
            for (row, target) in zip(piece.rows, piece.targets) {
                offsets[Int(target) &+ 1] = part.offsets[Int(row) &+ 1] &- part.offsets[Int(row)]
            }
        }
        var total = 0
        for row in 0..<picks.count {
            total &+= Int(offsets[row &+ 1])
            offsets[row &+ 1] = Int32(truncatingIfNeeded: total)
        }
        precondition(total <= Int(Int32.max), "a column of bytes is over 2 GiB; batches are kept smaller")
        // Rows do not arrive in the order in which they lie, so a block must not reach into the next row: each has its exact length.
        let data = [UInt8](unsafeUninitializedCapacity: total) { buffer, initialized in
            initialized = total
            guard total > 0, let to = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
            for (part, piece) in zip(parts, picks.pieces) {
                part.data.withUnsafeBytes { source in
                    guard let from = source.baseAddress else { return }
                    for (row, target) in zip(piece.rows, piece.targets) {
                        let start = Int(part.offsets[Int(row)])
                        copyExactly(from + start, Int(part.offsets[Int(row) &+ 1]) &- start, to: to + Int(offsets[Int(target)]))
                    }
                }
            }
        }
        return ByteRows(offsets: offsets, data: data)
    }

    /// Copies bytes; few of them as one or two overlapping words, which costs less than a call.
    @inline(__always)
    private static func copyExactly(_ from: UnsafeRawPointer, _ length: Int, to target: UnsafeMutableRawPointer) {
        if length > 16 {
            memcpy(target, from, length)
        } else if length >= 8 {
            let (first, last) = (from.loadUnaligned(as: UInt64.self), from.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self))
            target.storeBytes(of: first, as: UInt64.self)
            target.storeBytes(of: last, toByteOffset: length &- 8, as: UInt64.self)
        } else if length >= 4 {
            let (first, last) = (from.loadUnaligned(as: UInt32.self), from.loadUnaligned(fromByteOffset: length &- 4, as: UInt32.self))
            target.storeBytes(of: first, as: UInt32.self)
            target.storeBytes(of: last, toByteOffset: length &- 4, as: UInt32.self)
        } else if length > 0 {
            let (first, middle, last) = (
                from.load(as: UInt8.self), from.load(fromByteOffset: length / 2, as: UInt8.self),
                from.load(fromByteOffset: length &- 1, as: UInt8.self)
            )
            target.storeBytes(of: first, as: UInt8.self)
            target.storeBytes(of: middle, toByteOffset: length / 2, as: UInt8.self)
            target.storeBytes(of: last, toByteOffset: length &- 1, as: UInt8.self)
        }
    }

    /// A copy of a range of the rows.
    public func slice(_ rows: Range<Int>) -> ByteRows {
        let base = offsets[rows.lowerBound]
        return ByteRows(
            offsets: base == 0
                ? Array(offsets[rows.lowerBound...rows.upperBound]) : offsets[rows.lowerBound...rows.upperBound].map { $0 &- base },
            data: Array(data[Int(base)..<Int(offsets[rows.upperBound])]))
    }

    /// The rows of some ranges after one another.
    func copied(_ runs: RowRuns) -> ByteRows {
        if runs.ranges.count == 1 { return slice(runs.ranges[0]) }
        var result: [UInt8] = []
        result.reserveCapacity(runs.ranges.reduce(0) { $0 + Int(offsets[$1.upperBound] - offsets[$1.lowerBound]) })
        for range in runs.ranges { result.append(contentsOf: data[Int(offsets[range.lowerBound])..<Int(offsets[range.upperBound])]) }
        return ByteRows(offsets: shifted(offsets, runs), data: result)
    }

    /// Whether both share their buffers, so that they are the same without a look at the rows.
    func isIdentical(to other: ByteRows) -> Bool {
        guard count == other.count, data.count == other.data.count else { return false }
        return offsets.withUnsafeBufferPointer { a in other.offsets.withUnsafeBufferPointer { a.baseAddress == $0.baseAddress } }
            && data.withUnsafeBufferPointer { a in other.data.withUnsafeBufferPointer { a.isEmpty || a.baseAddress == $0.baseAddress } }
    }
}

/// Offsets for the rows of some ranges, whose values lie after one another: from 0 to the values of all.
func shifted(_ offsets: [Int32], _ runs: RowRuns) -> [Int32] {
    offsets.withUnsafeBufferPointer { offsets in
        [Int32](unsafeUninitializedCapacity: runs.count + 1) { target, initialized in
            var end: Int32 = 0
            target.initializeElement(at: 0, to: 0)
            initialized = 1
            for range in runs.ranges {
                let shift = end &- offsets[range.lowerBound]
                for row in range {
                    target.initializeElement(at: initialized, to: offsets[row &+ 1] &+ shift)
                    initialized &+= 1
                }
                end = offsets[range.upperBound] &+ shift
            }
        }
    }
}
