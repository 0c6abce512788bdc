import SluiceCore
import SluicePipelines

/// The order of rows as unsigned integers of 64 bits: a row stands before another if its word at the first level at which they differ is
/// smaller. Levels are made when they are needed, so what one word tells apart costs one word.
///
/// A column with nulls gives a level for these, then its values: integers with the sign bit turned over, floats by the total-order trick (`-0`
/// equals `0`, all NaNs are one and greatest), texts 7 bytes at a time, most significant first, with a byte that says how many of them count.
struct SortWords {
    /// Bytes of a text in one word.
    static let textBytes = 7

    private let columns: [Column]
    private let keys: [SortKey]

    /// - Parameter columns: those of the batch; `keys` say which of them count.
    init(_ columns: [Column], _ keys: [SortKey]) {
        self.columns = keys.map { columns[$0.column].flattened }
        self.keys = keys
    }

    /// A part of one column's value.
    struct Level: Equatable {
        var key: Int
        /// -1: whether it is null.
        var part: Int
        static let first = Level(key: 0, part: -1)
    }

    /// The level behind another for rows that are equal so far; nil where there is nothing more to compare.
    ///
    /// - Parameter longest: bytes of the longest text among the rows.
    func next(after level: Level, longest: Int) -> Level? {
        let parts: Int =
            switch columns[level.key].storage {
            case .decimal: 2
            case .bytes: longest / Self.textBytes + 1
            case .null: 0
            default: 1
            }
        if level.part + 1 < parts { return Level(key: level.key, part: level.part + 1) }
        return level.key + 1 < keys.count ? Level(key: level.key + 1, part: -1) : nil
    }

    /// Bytes of the longest text of a level's column among the rows; 0 where it has none.
    func longest(_ level: Level, _ rows: some Sequence<Int>) -> Int {
        guard case .bytes(let texts) = columns[level.key].storage else { return 0 }
        var longest = 0
        for row in rows { longest = max(longest, texts.length(row)) }
        return longest
    }

    /// The words of rows at a level.
    func fill(_ level: Level, _ rows: UnsafeBufferPointer<UInt32>, into words: UnsafeMutablePointer<UInt64>) {
        let column = columns[level.key]
        let flip: UInt64 = keys[level.key].isDescending ? .max : 0
        if level.part < 0 {
            let nullWord: UInt64 = keys[level.key].nullsFirst ? 0 : 2
            for index in 0..<rows.count { words[index] = column.isNull(Int(rows[index])) ? nullWord : 1 }
            return
        }
        switch column.storage {
        case .boolean(let bits): each(rows, words, flip) { bits[$0] ? 1 : 0 }
        case .int8(let values): each(rows, words, flip) { Self.ordered(Int64(values[$0])) }
        case .int16(let values): each(rows, words, flip) { Self.ordered(Int64(values[$0])) }
        case .int32(let values): each(rows, words, flip) { Self.ordered(Int64(values[$0])) }
        case .int64(let values): each(rows, words, flip) { Self.ordered(values[$0]) }
        case .float32(let values): each(rows, words, flip) { Self.ordered(Double(values[$0])) }
        case .float64(let values): each(rows, words, flip) { Self.ordered(values[$0]) }
        case .decimal(let values):
            if level.part == 0 {
                each(rows, words, flip) { Self.ordered(Int64(truncatingIfNeeded: values[$0] >> 64)) }
            } else {
                each(rows, words, flip) { UInt64(truncatingIfNeeded: values[$0]) }
            }
        case .bytes(let texts):
            let start = level.part * Self.textBytes
            texts.data.withUnsafeBytes { data in
                each(rows, words, flip) { row in Self.textWord(data, texts.range(row), start) }
            }
        default: for index in 0..<rows.count { words[index] = 0 }
        }
        // What stands under a null does not count.
        if column.validity != nil {
            for index in 0..<rows.count where column.isNull(Int(rows[index])) { words[index] = 0 }
        }
    }

    func fill(_ level: Level, _ rows: [UInt32], into words: inout [UInt64]) {
        words.withUnsafeMutableBufferPointer { words in
            guard let base = words.baseAddress else { return }
            rows.withUnsafeBufferPointer { fill(level, $0, into: base) }
        }
    }

    func storage(_ key: Int) -> Column.Storage { columns[key].storage }
    func isText(_ key: Int) -> Bool { if case .bytes = columns[key].storage { true } else { false } }
    func isNull(_ key: Int, _ row: Int) -> Bool { columns[key].isNull(row) }
    func hasNulls(_ key: Int) -> Bool { columns[key].validity != nil || columns[key].type == .null }
    func isDescending(_ key: Int) -> Bool { keys[key].isDescending }
    func nullsFirst(_ key: Int) -> Bool { keys[key].nullsFirst }

    /// The words of all rows where the first key's values, if no row is null; nulls have none.
    func leadingWords(rowCount: Int) -> (words: [UInt64], validity: Bitmap?) {
        let rows = (0..<UInt32(rowCount)).map { $0 }
        let words = [UInt64](unsafeUninitializedCapacity: rowCount) { words, count in
            if rowCount > 0 { rows.withUnsafeBufferPointer { fill(Level(key: 0, part: 0), $0, into: words.baseAddress!) } }
            count = rowCount
        }
        return (words, columns[0].type == .null ? Bitmap(repeating: false, count: rowCount) : columns[0].validity)
    }

    /// Whether a level tells no rows apart.
    func isEmpty(_ level: Level) -> Bool { level.part < 0 && columns[level.key].validity == nil && columns[level.key].type != .null }

    /// Negative, 0 or positive, as `row` stands before, beside or behind `other`.
    ///
    /// - Parameter key: the first key that counts.
    func compare(_ row: Int, to other: SortWords, _ otherRow: Int, fromKey key: Int = 0) -> Int {
        var level: Level? = Level(key: key, part: -1)
        while let current = level {
            let (a, b) = (word(current, row), other.word(current, otherRow))
            if a != b { return a < b ? -1 : 1 }
            level = next(
                after: current, longest: max(longest(current, CollectionOfOne(row)), other.longest(current, CollectionOfOne(otherRow))))
        }
        return 0
    }

    private func word(_ level: Level, _ row: Int) -> UInt64 {
        var (place, word) = (UInt32(row), UInt64(0))
        withUnsafePointer(to: &place) { fill(level, UnsafeBufferPointer(start: $0, count: 1), into: &word) }
        return word
    }

    @inline(__always)
    private func each(
        _ rows: UnsafeBufferPointer<UInt32>, _ words: UnsafeMutablePointer<UInt64>, _ flip: UInt64, _ word: (Int) -> UInt64
    ) {
        for index in 0..<rows.count { words[index] = word(Int(rows[index])) ^ flip }
    }

    @inline(__always) private static func ordered(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) ^ 1 << 63 }

    @inline(__always) private static func ordered(_ value: Double) -> UInt64 {
        let bits = value.keyBits
        return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }

    /// Seven bytes of a text as a number, and behind them how many of them there are, or 8 if more follow.
    @inline(__always)
    private static func textWord(_ data: UnsafeRawBufferPointer, _ range: Range<Int>, _ start: Int) -> UInt64 {
        let left = range.count - start
        if left <= 0 { return 0 }
        let place = range.lowerBound + start
        if left >= 8 { return UInt64(bigEndian: data.loadUnaligned(fromByteOffset: place, as: UInt64.self)) & ~0xFF | 8 }
        var word = UInt64(left)
        for index in 0..<left { word |= UInt64(data[place + index]) << UInt64(56 - index * 8) }
        return word
    }
}
