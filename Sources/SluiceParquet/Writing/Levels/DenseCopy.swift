import SluiceCore

/// Copies the values of the valid rows of a column one after another: what pages hold, since nulls are only in the levels.
enum DenseCopy {
    /// Calls `whole` for runs of valid rows, and `single` for each valid row of a word with nulls; both in order.
    ///
    /// The closures are inlined into the caller's loop. Words of 64 valid rows, the usual case, are joined to runs.
    @inline(__always) static func forEachValid(
        _ rows: Range<Int>, _ validity: Bitmap?, run: (Range<Int>) -> Void, single: (Int) -> Void
    ) {
        guard let validity else { return run(rows) }
        validity.words.withUnsafeBufferPointer { words in
            var row = rows.lowerBound
            while row < rows.upperBound {
                let offset = row & 63
                let count = min(64 - offset, rows.upperBound - row)
                let mask: UInt64 = count == 64 ? .max : (1 &<< UInt64(count)) &- 1
                var bits = words[row >> 6] &>> UInt64(offset) & mask
                if bits == mask {
                    run(row..<row + count)
                } else {
                    while bits != 0 {
                        single(row &+ bits.trailingZeroBitCount)
                        bits &= bits &- 1
                    }
                }
                row += count
            }
        }
    }

    /// Copies values of one type; returns how many.
    static func copy<Value: BitwiseCopyable>(
        _ source: [Value], _ rows: Range<Int>, _ validity: Bitmap?, to target: UnsafeMutablePointer<Value>
    ) -> Int {
        source.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return 0 }
            var next = target
            forEachValid(rows, validity) { run in
                next.initialize(from: base + run.lowerBound, count: run.count)
                next += run.count
            } single: { row in
                next.initialize(to: base[row])
                next += 1
            }
            return next - target
        }
    }

    /// Copies integers into wider ones; returns how many.
    static func widen<Narrow: FixedWidthInteger & BitwiseCopyable, Wide: FixedWidthInteger & BitwiseCopyable>(
        _ source: [Narrow], _ rows: Range<Int>, _ validity: Bitmap?, to target: UnsafeMutablePointer<Wide>
    ) -> Int {
        source.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return 0 }
            var next = target
            forEachValid(rows, validity) { run in
                for row in run { next[row &- run.lowerBound] = Wide(truncatingIfNeeded: base[row]) }
                next += run.count
            } single: { row in
                next.initialize(to: Wide(truncatingIfNeeded: base[row]))
                next += 1
            }
            return next - target
        }
    }
}
