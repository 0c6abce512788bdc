import SluiceCore
import SluicePipelines

/// What all parts of a join within a time share. Times and lengths are in microseconds.
struct IntervalPlan: Sendable {
    let kind: JoinKind
    let match: IntervalMatch
    let inputKeys: [Int]
    /// Key columns of the other side.
    let tableKeys: [Int]
    /// Columns of the other side that are handed on.
    let tableColumns: [Int]
    let tableSchema: Schema
    let inputSchema: Schema
    let outputSchema: Schema

    init(_ join: JoinOperation, _ match: IntervalMatch, outputSchema: Schema) {
        kind = join.kind
        self.match = match
        inputKeys = join.inputKeys
        tableKeys = join.tableKeys
        tableColumns = join.tableColumns
        tableSchema = join.table.schema
        inputSchema = Schema(unchecked: Array(outputSchema.fields.prefix(outputSchema.count - join.tableColumns.count)))
        self.outputSchema = outputSchema
    }

    /// From the earliest to the latest match of a row.
    var width: Int64 { match.before + match.after }

    /// Keys and times of both sides, by name.
    var compared: String {
        let pairs = zip(inputKeys + [match.inputTime], tableKeys + [match.tableTime])
        return pairs.map { "\(inputSchema.fields[$0].name) with \(tableSchema.fields[$1].name)" }.joined(separator: ", ")
    }

    /// Whether rows of the input without a match are handed on.
    var keepsUnmatched: Bool { kind.keepsInput || kind == .anti }

    /// Whether it matters which rows of the input have found others, and which of the other side.
    var marksInput: Bool { keepsUnmatched || kind == .semi }
    var marksTable: Bool { kind.keepsTable }

    /// When matches of a row of the input may have happened.
    func tableTimes(of input: Int64) -> ClosedRange<Int64> { input.clampedAdding(-match.before)...input.clampedAdding(match.after) }

    /// When rows of the input may have happened that a row of the other side matches.
    func inputTimes(of table: Int64) -> ClosedRange<Int64> { table.clampedAdding(-match.after)...table.clampedAdding(match.before) }

    /// Rows of the input without a match, as they are handed on.
    func unmatched(_ input: Batch) -> Batch {
        let added = tableColumns.map { Column.nulls(tableSchema.fields[$0].type, count: input.rowCount) }
        return input.with(outputSchema, input.columns + added)
    }

    /// Rows of the other side without a match, as they are handed on: with their keys and times in the place of the input's.
    func unmatchedTable(_ rows: Batch) -> Batch {
        let input = inputSchema.fields.enumerated().map { position, field -> Column in
            if let key = inputKeys.firstIndex(of: position) { return rows.columns[tableKeys[key]] }
            return position == match.inputTime ? rows.columns[match.tableTime] : .nulls(field.type, count: rows.rowCount)
        }
        return rows.with(outputSchema, input + tableColumns.map { rows.columns[$0] })
    }

    /// Rows of the input with their matches beside them.
    func joined(_ input: Batch, _ pairs: [IntervalPair]) -> Batch {
        input.with(outputSchema, input.columns + pairs.columns(tableColumns, of: tableSchema))
    }
}

extension Int64 {
    /// The sum, or the end of the range that it lies beyond.
    func clampedAdding(_ other: Int64) -> Int64 {
        let (sum, isBeyond) = addingReportingOverflow(other)
        return isBeyond ? (other < 0 ? .min : .max) : sum
    }
}
