/// Whether a dictionary is likely to pay, from a small part of a column, so that columns of unique values are not hashed in vain.
///
/// The sample is `spots` runs of `runValues` neighbours each, spread over the column. Of n values taken at random from D different ones
/// about n²/2D are repeats; runs of neighbours show values that repeat nearby. Fewer repeats than a column with half as many different
/// values as rows would show mean that codes and entries together would be about as large as the plain values.
enum DictionarySample {
    static let spots = 64
    static let runValues = 64
    static let values = spots * runValues
    /// Columns with fewer values are not sampled: the dictionary itself is as cheap.
    static let shortestColumn = 4 * values

    /// The ranges of the sample in a column of `count` values.
    static func ranges(of count: Int) -> [Range<Int>] {
        let step = count / spots
        return (0..<spots).map { $0 * step..<$0 * step + runValues }
    }

    /// - Parameters:
    ///   - keys: one for each sampled value; equal values have equal keys.
    ///   - count: values of the whole column.
    static func dictionaryPays(_ keys: UnsafeBufferPointer<UInt64>, of count: Int) -> Bool {
        let repeats = repeats(keys)
        return repeats * count > keys.count * keys.count * 3 / 4
    }

    private static func repeats(_ keys: UnsafeBufferPointer<UInt64>) -> Int {
        let slotCount = values * 4
        let shift = UInt64(64 - slotCount.trailingZeroBitCount)
        return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: slotCount) { slots in
            slots.initialize(repeating: DictionaryLimits.noCode)
            var repeats = 0
            for (index, key) in keys.prefix(values).enumerated() {
                var slot = Int(truncatingIfNeeded: ((key ^ key &>> 29) &* 0x9E37_79B9_7F4A_7C15) &>> shift)
                var probes = 0
                while slots[slot] != DictionaryLimits.noCode, keys[Int(slots[slot])] != key, probes < DictionaryLimits.probes {
                    slot = (slot + 1) & (slotCount - 1)
                    probes += 1
                }
                // Keys made to collide are taken for different ones.
                if probes == DictionaryLimits.probes { continue }
                if slots[slot] == DictionaryLimits.noCode {
                    slots[slot] = UInt16(truncatingIfNeeded: index)
                } else {
                    repeats += 1
                }
            }
            return repeats
        }
    }
}
