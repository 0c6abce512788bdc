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
                    if length <= Self.blockBytes, start <= lastBlock {
                        to.storeBytes(of: from.loadUnaligned(fromByteOffset: start, as: UInt64.self), as: UInt64.self)
                        to.storeBytes(of: from.loadUnaligned(fromByteOffset: start &+ 8, as: UInt64.self), toByteOffset: 8, as: UInt64.self)
                    } else {
                        memcpy(to, from + start, length)
                    }
                    to += length
                }
            }
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
