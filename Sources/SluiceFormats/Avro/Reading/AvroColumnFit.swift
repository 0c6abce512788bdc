import SluiceCore

/// Columns of a file as columns of a declared type, where every value stays what it is.
enum AvroColumnFit {
    /// Whether values of one type may be values of another; each is looked at.
    static func isPossible(from source: DataType, to target: DataType) -> Bool {
        if source == target || source == .null { return true }
        switch (source, target) {
        case (.float32, .float64), (.string, .binary), (.binary, .string): return true
        case (_, .float64): return source.isInteger
        default: return source.isInteger && target.isInteger
        }
    }

    /// The column as one of `type`; values that do not fit become errors of their rows.
    static func fitted(_ column: Column, to type: DataType, name: String, errors: inout RowErrors) -> Column {
        if column.type == type { return column }
        if column.type == .null { return .nulls(type, count: column.count) }
        switch (column.storage, type) {
        case (.float32(let values), .float64): return Column(type, .float64(values.map(Double.init)), validity: column.validity)
        case (.bytes, .binary): return Column(type, column.storage, validity: column.validity)
        case (.dictionary, .binary): return Column(type, column.storage, validity: column.validity)
        case (.bytes(let rows), .string):
            for row in 0..<rows.count where !column.isNull(row) && !rows.withRow(row, AvroText.isValid) {
                errors.add(RowError(.invalidEncoding, "the bytes are no valid UTF-8", column: name), row: row)
            }
            return Column(type, .bytes(rows), validity: column.validity)
        case (.int32(let values), _): return integers(values, column, type, name, &errors)
        case (.int64(let values), _): return integers(values, column, type, name, &errors)
        default: return column
        }
    }

    private static func integers(
        _ values: [some FixedWidthInteger], _ column: Column, _ type: DataType, _ name: String, _ errors: inout RowErrors
    ) -> Column {
        func converted<Target: Numeric>(_ target: Target.Type) -> [Target] {
            var result: [Target] = []
            result.reserveCapacity(values.count)
            for (row, value) in values.enumerated() {
                if let fit = Target(exactly: value) {
                    result.append(fit)
                } else {
                    result.append(0)
                    if !column.isNull(row) {
                        errors.add(RowError(.valueDoesNotFit, "value \(value) does not fit the type \(type)", column: name), row: row)
                    }
                }
            }
            return result
        }
        let storage: Column.Storage
        switch type {
        case .int8: storage = .int8(converted(Int8.self))
        case .int16: storage = .int16(converted(Int16.self))
        case .int32: storage = .int32(converted(Int32.self))
        case .int64: storage = .int64(converted(Int64.self))
        default: storage = .float64(converted(Double.self))
        }
        return Column(type, storage, validity: column.validity)
    }
}
