import SluiceCore

/// `x IN (constants)`: a search in the sorted constants.
enum MembershipKernel {
    /// Nil where the choices are not all constant or their type has no loop here: then IN is a chain of comparisons.
    static func node(_ tested: any BoundNode, _ choices: [any BoundNode]) -> (any BoundNode)? {
        let constants = choices.compactMap(\.constant)
        guard constants.count == choices.count, choices.count > 1 else { return nil }
        let values = constants.filter { !$0.isNull(0) }
        let hasNull = values.count < constants.count
        guard let found = search(values, tested.type) else { return nil }
        return KernelNode(.boolean, [tested], makesNull: hasNull) { input, _ in
            let bits = found(input[0], input.rowCount)
            // Not found among values of which one is null: unknown.
            return .booleans(bits, validity: hasNull ? bits : nil)
        }
    }

    /// Choices that are compared one by one rather than searched for.
    private static let maximumShortTexts = 8

    private typealias Search = @Sendable (Vector, Int) -> Bitmap

    private static func search(_ values: [Column], _ type: DataType) -> Search? {
        switch type {
        case .int8, .int16, .int32, .int64, .date, .timestamp:
            let sorted = values.map { IntegerReader.widened($0)[0] }.sorted()
            return { vector, count in
                let numbers = IntegerReader.widened(vector.spread(count))
                return ComparisonKernel.packed(count) { contains(sorted, numbers[$0]) }
            }
        case .string, .binary:
            let sorted = values.map { Array($0.rows[0]) }.sorted { a, b in
                a.withUnsafeBufferPointer { left in b.withUnsafeBufferPointer { RowOrder.compare(left, $0) < 0 } }
            }
            let choices = ByteRows(sorted)
            let short = choices.count <= maximumShortTexts ? (0..<choices.count).compactMap { choices.withRow($0) { ShortText($0) } } : []
            return { vector, count in
                if short.count == choices.count, !vector.isConstant { return vector.column.rows.rows(equalTo: short) }
                let stride = vector.stride
                return choices.withReader { choices in
                    vector.column.rows.withReader { rows in
                        ComparisonKernel.packed(count) { contains(choices, sorted.count, rows[$0 &* stride]) }
                    }
                }
            }
        default: return nil
        }
    }

    private static func contains(_ sorted: [Int64], _ number: Int64) -> Bool {
        if sorted.count <= 8 {
            for choice in sorted where choice == number { return true }
            return false
        }
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] == number
    }

    private static func contains(_ sorted: ByteRowReader, _ count: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            let order = RowOrder.compare(sorted[middle], text)
            if order == 0 { return true }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return false
    }
}

/// Integers, dates and timestamps of any width as int64.
enum IntegerReader {
    static func widened(_ column: Column) -> [Int64] {
        switch column.storage {
        case .int8(let values): values.map { Int64($0) }
        case .int16(let values): values.map { Int64($0) }
        case .int32(let values): values.map { Int64($0) }
        case .int64(let values): values
        default: preconditionFailure("\(column.type) is no integer inside")
        }
    }
}
