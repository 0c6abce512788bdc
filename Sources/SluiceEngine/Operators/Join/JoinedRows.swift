import SluiceCore

/// Rows of a table that stand beside rows of the input, some of which may have none.
struct JoinedRows {
    /// A row of the table; any one where there is none.
    let rows: [Int32]
    /// Which rows are there; nil: all.
    let present: Bitmap?

    var count: Int { rows.count }

    /// - Parameter rows: -1 for none.
    init(_ rows: [Int32]) {
        var least: Int32 = 0
        for row in rows { least = min(least, row) }
        if least >= 0 {
            self.rows = rows
            present = nil
        } else {
            self.rows = rows.map { max($0, 0) }
            present = Bitmap(positive: rows)
        }
    }
}

extension Bitmap {
    /// A bit for each number: whether it is not negative.
    init(positive numbers: [Int32]) {
        let words = numbers.withUnsafeBufferPointer { numbers in
            [UInt64](unsafeUninitializedCapacity: (numbers.count + 63) / 64) { words, filled in
                filled = (numbers.count + 63) / 64
                for index in 0..<filled {
                    var word: UInt64 = 0
                    let base = index &* 64
                    for shift in 0..<min(64, numbers.count &- base) {
                        word |= UInt64(~UInt32(bitPattern: numbers[base &+ shift]) &>> 31) &<< UInt64(truncatingIfNeeded: shift)
                    }
                    words.initializeElement(at: index, to: word)
                }
            }
        }
        self.init(words: words, count: numbers.count)
    }
}
