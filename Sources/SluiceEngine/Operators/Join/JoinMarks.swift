import SluiceCore

/// Which keys of a table some row of the input had. Owned by one task at a time.
final class JoinMarks: @unchecked Sendable {
    private var words: [UInt64]

    init(keys: Int) { words = [UInt64](repeating: 0, count: (keys + 63) / 64) }

    /// - Parameter numbers: of keys; -1 for none.
    func mark(_ numbers: [Int32]) {
        words.withUnsafeMutableBufferPointer { words in
            for number in numbers where number >= 0 { words[Int(number) &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: number & 63) }
        }
    }

    func isMarked(_ key: Int) -> Bool { words[key &>> 6] & 1 &<< UInt64(truncatingIfNeeded: key & 63) != 0 }

    func merge(_ other: JoinMarks) { for index in words.indices { words[index] |= other.words[index] } }
}
