import SluiceCore
import SluiceStorage

/// Puts the columns that were decoded and those that the path gives into the order that was asked for.
struct ColumnAssembler: Sendable {
    private enum Slot: Sendable {
        /// Position among the decoded columns.
        case decoded(Int)
        /// The value, repeated for as many rows as readers put in a batch.
        case constant(Column)
    }

    /// The columns asked for.
    let schema: Schema
    /// Those that a decoder must give, in this order.
    let decoded: Schema
    private let slots: [Slot]

    /// - Parameter columns: What is asked for; each is in `source`.
    /// - Parameter partition: The columns of `source` that come from the path, with the file's values.
    /// - Throws: `unknownColumn`; `valueDoesNotFit` for a partition value that is not of its column's type.
    init(_ columns: [String], of source: Schema, partitionColumns: Set<String>, partition: [PartitionValue]) throws(SluiceError) {
        var fields: [Field] = []
        var decodedFields: [Field] = []
        var slots: [Slot] = []
        for name in columns {
            let field = source.fields[try source.require(name)]
            fields.append(field)
            if partitionColumns.contains(name) {
                let value = try PartitionConstant.column(field, partition.first { $0.key == name }?.text)
                slots.append(.constant(Self.repeated(value, CoreLimits.batchRows)))
            } else {
                slots.append(.decoded(decodedFields.count))
                decodedFields.append(field)
            }
        }
        schema = try Schema(fields)
        decoded = try Schema(decodedFields)
        self.slots = slots
    }

    /// The one row of a column that the path gives; nil for those that the file has.
    func constant(_ name: String) -> Column? {
        guard let index = schema.index(of: name), case .constant(let column) = slots[index] else { return nil }
        return column.slice(0..<1)
    }

    /// - Parameter batch: Has the columns of `decoded`.
    func assemble(_ batch: Batch) -> Batch {
        if decoded.count == slots.count { return batch }
        let columns = slots.map { slot in
            switch slot {
            case .decoded(let index): batch.columns[index]
            case .constant(let column):
                batch.rowCount <= column.count ? column.slice(0..<batch.rowCount) : Self.repeated(column, batch.rowCount)
            }
        }
        return batch.with(schema, columns)
    }

    /// The first row, `count` times.
    private static func repeated(_ column: Column, _ count: Int) -> Column { column.gather([Int32](repeating: 0, count: count)) }
}
