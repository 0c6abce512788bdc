import SluiceCore

/// The values of one leaf column in a row group, as the columns that its batches bring, one after another.
///
/// A slot is a row of these columns. In a flat column slots are the row group's rows; in a nested one only the values that are there
/// have one.
struct LeafValues {
    private(set) var parts: [Column] = []
    /// The first slot of each part, and the end of the last.
    private(set) var starts: [Int] = [0]
    /// Of a decimal: 10 to the power of its digits, which no value may reach.
    var decimalLimit: Int128?

    var slotCount: Int { starts[starts.count - 1] }

    mutating func append(_ column: Column) {
        guard column.count > 0 else { return }
        parts.append(column)
        starts.append(slotCount + column.count)
    }

    /// The parts that have some of `slots`, and these as rows of the part.
    func rows(of slots: Range<Int>) -> [(column: Column, rows: Range<Int>)] {
        guard !slots.isEmpty else { return [] }
        var low = 0
        var high = parts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= slots.lowerBound { low = middle } else { high = middle }
        }
        var result: [(column: Column, rows: Range<Int>)] = []
        while low < parts.count, starts[low] < slots.upperBound {
            let start = max(slots.lowerBound, starts[low]) - starts[low]
            result.append((parts[low], start..<min(slots.upperBound, starts[low + 1]) - starts[low]))
            low += 1
        }
        return result
    }

    /// Copies the values that are not null to `target`, which has room for all `slots`; returns how many.
    ///
    /// - Throws: `valueDoesNotFit` for a decimal of more digits than its type.
    func fill<Value: FixedValue>(_ slots: Range<Int>, into target: UnsafeMutablePointer<Value>) throws(SluiceError) -> Int {
        var count = 0
        for (column, rows) in rows(of: slots) {
            if let decimalLimit { try Self.check(column, rows, below: decimalLimit) }
            count += Value.fill(from: column, rows, to: target + count)
        }
        return count
    }

    private static func check(_ column: Column, _ rows: Range<Int>, below limit: Int128) throws(SluiceError) {
        guard case .decimal(let values) = column.storage else { return }
        for row in rows where values[row] >= limit || values[row] <= -limit {
            if column.isNull(row) { continue }
            throw SluiceError(.valueDoesNotFit, "value \(column[row].json) does not fit the type \(column.type)")
        }
    }
}

extension FixedValue {
    /// What a column of another type copies: nothing, because it can only be one of nulls.
    fileprivate static func impossible(_ column: Column) -> Int {
        precondition(column.nullCount == column.count, "a column of \(column.type) is not stored as \(Self.self)")
        return 0
    }
}

extension Int32 {
    static func fill(from column: Column, _ rows: Range<Int>, to target: UnsafeMutablePointer<Int32>) -> Int {
        switch column.storage {
        case .int8(let values): DenseCopy.widen(values, rows, column.validity, to: target)
        case .int16(let values): DenseCopy.widen(values, rows, column.validity, to: target)
        case .int32(let values): DenseCopy.copy(values, rows, column.validity, to: target)
        case .decimal(let values): DenseCopy.widen(values, rows, column.validity, to: target)
        default: impossible(column)
        }
    }
}

extension Int64 {
    static func fill(from column: Column, _ rows: Range<Int>, to target: UnsafeMutablePointer<Int64>) -> Int {
        switch column.storage {
        case .int64(let values): DenseCopy.copy(values, rows, column.validity, to: target)
        case .decimal(let values): DenseCopy.widen(values, rows, column.validity, to: target)
        default: impossible(column)
        }
    }
}

extension Float {
    static func fill(from column: Column, _ rows: Range<Int>, to target: UnsafeMutablePointer<Float>) -> Int {
        if case .float32(let values) = column.storage {
            DenseCopy.copy(values, rows, column.validity, to: target)
        } else {
            impossible(column)
        }
    }
}

extension Double {
    static func fill(from column: Column, _ rows: Range<Int>, to target: UnsafeMutablePointer<Double>) -> Int {
        if case .float64(let values) = column.storage {
            DenseCopy.copy(values, rows, column.validity, to: target)
        } else {
            impossible(column)
        }
    }
}

extension Int128 {
    static func fill(from column: Column, _ rows: Range<Int>, to target: UnsafeMutablePointer<Int128>) -> Int {
        if case .decimal(let values) = column.storage {
            DenseCopy.copy(values, rows, column.validity, to: target)
        } else {
            impossible(column)
        }
    }
}
