import SluiceCore

/// A text of at most eight bytes as one number, so that texts are compared without a call for each.
struct ShortText {
    static let maximumBytes = 8

    /// The bytes, the first lowest, and zeros behind them.
    let word: UInt64
    let length: Int

    /// Nil for a longer text.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        guard text.count <= Self.maximumBytes else { return nil }
        word = text.reversed().reduce(0) { $0 &<< 8 | UInt64($1) }
        length = text.count
    }
}

extension ByteRows {
    /// Bits of the rows that are one of a few short texts.
    func rows(equalTo texts: [ShortText]) -> Bitmap {
        if texts.count == 1 {
            let only = texts[0]
            return packed { word, length in word == only.word && length == only.length }
        }
        return texts.withUnsafeBufferPointer { texts in
            packed { word, length in
                var isFound = false
                for text in texts { isFound = isFound || (word == text.word && length == text.length) }
                return isFound
            }
        }
    }

    /// Calls `holds` with the first eight bytes and the length of each row.
    @inline(__always)
    private func packed(_ holds: (UInt64, Int) -> Bool) -> Bitmap {
        withReader { reader in
            let raw = UnsafeRawBufferPointer(reader.bytes)
            return ComparisonKernel.packed(count) { row in
                let start = Int(reader.offsets[row])
                let length = Int(reader.offsets[row &+ 1]) &- start
                if start &+ 8 <= raw.count {
                    let shift = UInt64(truncatingIfNeeded: 64 &- min(length, 8) &* 8)
                    let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: start, as: UInt64.self))
                    // A shift by 64 gives the word itself, so an empty row is told by its length.
                    return holds(length == 0 ? 0 : (word &<< shift) &>> shift, length)
                }
                // Near the end of the buffer there are no eight bytes to load.
                return holds(ShortText(reader[row])?.word ?? 0, length)
            }
        }
    }
}
