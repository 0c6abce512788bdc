import Glibc
import SluiceCore
import SluiceExpressions

/// 128 bits of hash that stand for a row's key: among 16 million keys, two meet with a probability below 10⁻²⁴.
struct RowKey: Hashable, Sendable, BitwiseCopyable {
    var high: UInt64
    var low: UInt64

    /// Keys of the rows of some columns.
    static func keys(of columns: [Column], rowCount: Int) -> [RowKey] {
        let high = RowHash.hashes(of: columns, rowCount: rowCount, seed: 0x9E37_79B9_7F4A_7C15)
        let low = RowHash.hashes(of: columns, rowCount: rowCount, seed: 42)
        return zip(high, low).map { RowKey(high: $0, low: $1) }
    }
}

/// How often each key of some columns is there.
struct KeyTally: Sendable {
    private(set) var counts: [RowKey: Int32] = [:]
    /// Rows with a key, and rows of which a part is null.
    private(set) var rows: Int64 = 0
    private(set) var nullRows: Int64 = 0
    /// Whether there were more keys than `QualityLimits.keys`; then the tally says nothing.
    private(set) var isOverfull = false
    private let maximum: Int

    init(maximum: Int = QualityLimits.keys) { self.maximum = maximum }

    /// What rows do not let a key be one.
    struct Marks {
        /// Rows whose key was there before.
        var repeated: Bitmap
        /// Rows of which a part of the key is null.
        var nulls: Bitmap
    }

    /// - Parameters:
    ///   - required: How many of the columns, from the first, must not be null.
    ///   - selection: The rows that count; nil for all.
    ///   - marks: Whether it is asked which rows do not let the key be one.
    @discardableResult
    mutating func take(
        _ columns: [Column], required: Int, rowCount: Int, selection: Bitmap?, marks: Bool = false
    ) -> Marks? {
        let selected = selection ?? Bitmap(repeating: true, count: rowCount)
        var valid = selected
        for column in columns.prefix(required) { valid = valid & column.explicitValidity }
        let taken = valid.setCount
        rows += Int64(taken)
        nullRows += Int64(selected.setCount - taken)
        var repeated = Bitmap(repeating: false, count: marks ? rowCount : 0)
        if !isOverfull {
            let keys = RowKey.keys(of: columns, rowCount: rowCount)
            valid.forEachSet { row in
                if marks, counts[keys[row]] != nil { repeated[row] = true }
                add(keys[row], 1)
            }
            check()
        }
        return marks ? Marks(repeated: repeated, nulls: selected & ~valid) : nil
    }

    mutating func merge(_ other: KeyTally) {
        rows += other.rows
        nullRows += other.nullRows
        isOverfull = isOverfull || other.isOverfull
        guard !isOverfull else {
            counts = [:]
            return
        }
        for (key, count) in other.counts { add(key, count) }
        check()
    }

    private mutating func add(_ key: RowKey, _ count: Int32) {
        let (sum, overflow) = counts[key, default: 0].addingReportingOverflow(count)
        counts[key] = overflow ? .max : sum
    }

    private mutating func check() {
        guard counts.count > maximum else { return }
        isOverfull = true
        counts = [:]
    }

    func contains(_ key: RowKey) -> Bool { counts[key] != nil }

    var distinct: Int { counts.count }
    /// Keys that are there once.
    var unique: Int { counts.values.reduce(0) { $0 + ($1 == 1 ? 1 : 0) } }

    /// Shannon's entropy of how often each key is there, with the natural logarithm.
    var entropy: Double {
        let total = Double(rows)
        return counts.values.map { Double($0) / total }.sorted().reduce(0) { $0 - $1 * log($1) }
    }
}
