import SluiceCore
import SluicePipelines

/// What all parts of a join share: which columns it compares, which it hands on, and what it may use.
struct JoinPlan: Sendable {
    let kind: JoinKind
    let inputKeys: [Int]
    /// Key columns of the table, in `tableSchema`.
    let tableKeys: [Int]
    /// Columns of the table that are handed on, in `tableSchema`.
    let tableColumns: [Int]
    let asOf: AsOfMatch?
    /// The columns of the table as they are kept: those that were read and, for an as-of join, where each row stood (two columns).
    let tableSchema: Schema
    let outputSchema: Schema
    let resources: OperatorResources

    init(_ join: JoinOperation, outputSchema: Schema, resources: OperatorResources) {
        kind = join.kind
        inputKeys = join.inputKeys
        tableKeys = join.tableKeys
        tableColumns = join.tableColumns
        asOf = join.asOf
        let places = join.asOf == nil ? [] : [Field("position", .int64, isNullable: false), Field("row", .int64, isNullable: false)]
        tableSchema = Schema(unchecked: join.table.schema.fields + places)
        self.outputSchema = outputSchema
        self.resources = resources
    }

    /// The columns of the input: the first of the output.
    var inputSchema: Schema { Schema(unchecked: Array(outputSchema.fields.prefix(outputSchema.count - tableColumns.count))) }

    /// Columns without which a row of the table matches nothing.
    var tableMatchColumns: [Int] { tableKeys + (asOf.map { [$0.tableColumn] } ?? []) }
    var inputMatchColumns: [Int] { inputKeys + (asOf.map { [$0.inputColumn] } ?? []) }

    /// Rows that can match: those without a null, or a NaN as a point in an as-of join; nil: all.
    static func matchable(_ columns: [Column], isAsOf: Bool) -> Bitmap? {
        var result: Bitmap?
        for column in columns {
            let validity = column.type == .null ? Bitmap(repeating: false, count: column.count) : column.validity
            if let validity { result = result.map { $0 & validity } ?? validity }
        }
        guard isAsOf, let numbers = columns.last?.numbersThatAreNumbers else { return result }
        return result.map { $0 & numbers } ?? numbers
    }
}

extension Column {
    /// For a column of floats with NaNs the rows that are none.
    fileprivate var numbersThatAreNumbers: Bitmap? {
        switch storage {
        case .float32(let values): values.contains(where: \.isNaN) ? Bitmap(values.lazy.map { !$0.isNaN }) : nil
        case .float64(let values): values.contains(where: \.isNaN) ? Bitmap(values.lazy.map { !$0.isNaN }) : nil
        default: nil
        }
    }
}
