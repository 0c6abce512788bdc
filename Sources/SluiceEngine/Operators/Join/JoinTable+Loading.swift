import SluiceCore
import SluiceExpressions

extension JoinTable {
    /// The table of rows that are in memory, in their order; nil where there is no room for it: then the rows are as they were.
    static func loaded(_ plan: JoinPlan, _ parts: [SpillingRows]) throws -> JoinTable? {
        let bytes = parts.reduce(0) { $0 + $1.byteCount }
        let rowCount = parts.reduce(0) { $0 + $1.rowCount }
        if bytes > OperatorLimits.mostBytes || rowCount > OperatorLimits.tableRows { return nil }
        let share = MemoryShare(plan.resources.budget)
        // The rows are paid for already.
        let index = estimatedIndexBytes(plan, rowCount: rowCount, bytes: bytes)
        guard share.resize(to: index) || bytes <= OperatorLimits.leastBytes else { return nil }
        let rows = parts.flatMap { $0.release() }.enumerated()
        share.force(to: bytes + index)
        var batches = rows.sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }.map(\.element.batch)
        return JoinTable(plan, &batches, share)
    }

    /// The table of some rows from disk, in any order.
    convenience init(spilled batches: inout [Batch], _ plan: JoinPlan, _ share: MemoryShare) {
        if plan.asOf != nil, !batches.isEmpty {
            // Rows at one point are told apart by where they stood.
            let all = Batch.concatenated(batches, schema: plan.tableSchema)
            let places = RowPlaceColumns(all)
            batches = [all.gather((0..<Int32(all.rowCount)).sorted { places[Int($0)] < places[Int($1)] })]
        }
        self.init(plan, &batches, share)
    }
}

/// The last two columns of an as-of join's table: where each row stood.
struct RowPlaceColumns {
    private let positions: [Int64]
    private let rows: [Int64]

    init(_ batch: Batch) { self.init(batch.columns.suffix(2)) }

    init(_ columns: some Collection<Column>) {
        let values = columns.suffix(2).map { $0.integers ?? [] }
        (positions, rows) = (values[0], values[1])
    }

    subscript(row: Int) -> RowPlace { RowPlace(position: UInt64(bitPattern: positions[row]), row: rows[row]) }
}
