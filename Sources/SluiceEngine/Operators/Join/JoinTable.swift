import SluiceCore
import SluicePipelines

/// The table of a join, or a part of it, in memory: the columns that are handed on, and the rows of each key.
///
/// - Invariant: rows that can match are numbered from 0; behind them, for kinds that keep the table, come those with a null key.
final class JoinTable: @unchecked Sendable {
    /// The rows of a key.
    enum Rows {
        /// Each key has one row, whose number is the key's.
        case single
        /// Key `k` has the rows `rows[starts[k] ..< starts[k + 1]]`, in the table's order.
        case lists(starts: [Int32], rows: [Int32])
        /// At most one row by the distance of a point.
        case nearest(any AsOfSearch)
    }

    let plan: JoinPlan
    let keys: JoinKeys
    let rows: Rows
    let rowCount: Int
    /// Rows that can match.
    let matchableCount: Int
    /// Columns of `plan.tableSchema` that are needed when the table is built; the others have no rows.
    private let columns: [Column]
    private let outputs: [JoinTableColumn]
    private let share: MemoryShare

    /// Rows are held as pieces of each column until they are joined, so that no more than a column is there twice.
    ///
    /// - Parameters:
    ///   - batches: of `plan.tableSchema`; emptied on the way.
    ///   - share: pays for the table from here on.
    init(_ plan: JoinPlan, _ batches: inout [Batch], _ share: MemoryShare) {
        self.plan = plan
        self.share = share
        var total = batches.reduce(0) { $0 + $1.rowCount }
        var columns = Self.joined(&batches, plan.tableSchema)
        var matchable = total
        if let valid = JoinPlan.matchable(plan.tableMatchColumns.map { columns[$0] }, isAsOf: plan.asOf != nil) {
            let kept = valid.setPositions
            let order = plan.kind.keepsTable ? kept + (~valid).setPositions : kept
            for index in columns.indices { columns[index] = columns[index].gather(order) }
            (matchable, total) = (kept.count, order.count)
        }
        rowCount = total
        matchableCount = matchable
        let numbered = JoinKeys.number(plan.tableKeys.map { columns[$0].slice(0..<matchable) }, rowCount: matchable)
        keys = numbered.keys
        rows = Self.rows(numbered.numbers, keys.count, columns, plan)
        let kept = Set(plan.tableColumns + (plan.kind.keepsTable ? plan.tableKeys : []) + plan.tableSchema.placeColumns(plan.asOf))
        for index in columns.indices where !kept.contains(index) { columns[index] = .nulls(columns[index].type, count: 0) }
        outputs = plan.tableColumns.map { JoinTableColumn(columns[$0]) }
        self.columns = columns
        share.force(to: byteCount)
    }

    var byteCount: Int {
        let index =
            switch rows {
            case .single: 0
            case .lists(let starts, let rows): 4 * (starts.count + rows.count)
            case .nearest(let search): search.byteCount
            }
        return keys.byteCount + index + columns.reduce(0) { $0 + $1.byteCount }
    }

    /// Bytes that an index over such rows takes at most.
    static func estimatedIndexBytes(_ plan: JoinPlan, rowCount: Int, bytes: Int) -> Int {
        let types = plan.tableKeys.map { plan.tableSchema.fields[$0].type }
        return JoinKeys.estimatedBytes(types, rowCount: rowCount, keyBytes: bytes) + rowCount * (plan.asOf == nil ? 12 : 28)
    }

    private static func joined(_ batches: inout [Batch], _ schema: Schema) -> [Column] {
        var pieces: [[Column]] = schema.fields.indices.map { index in batches.map { $0.columns[index] } }
        batches = []
        return schema.fields.indices.map { index in
            defer { pieces[index] = [] }
            return pieces[index].isEmpty ? .nulls(schema.fields[index].type, count: 0) : .concatenated(pieces[index]).flattened
        }
    }

    private static func rows(_ numbers: [Int32], _ keyCount: Int, _ columns: [Column], _ plan: JoinPlan) -> Rows {
        if plan.asOf == nil, keyCount == numbers.count { return .single }
        var starts = [Int32](repeating: 0, count: keyCount + 1)
        for number in numbers { starts[Int(number) + 1] += 1 }
        for key in 0..<keyCount { starts[key + 1] += starts[key] }
        var rows = [Int32](repeating: 0, count: numbers.count)
        var next = starts
        for (row, number) in numbers.enumerated() {
            rows[Int(next[Int(number)])] = Int32(row)
            next[Int(number)] += 1
        }
        guard let asOf = plan.asOf else { return .lists(starts: starts, rows: rows) }
        return .nearest(AsOfIndex.make(asOf, points: columns[asOf.tableColumn], starts, rows))
    }

    // MARK: What the input's rows find

    /// For each row the number of its key, -1 for rows without a match.
    func find(_ batch: Batch) -> [Int32] {
        var numbers = keys.find(plan.inputKeys.map { batch.columns[$0] }, rowCount: batch.rowCount)
        let columns = plan.inputMatchColumns.map { batch.columns[$0] }
        if let matchable = JoinPlan.matchable(columns, isAsOf: plan.asOf != nil) { (~matchable).forEachSet { numbers[$0] = -1 } }
        return numbers
    }

    /// For each row its only match, -1 for rows without one; nil where there can be several.
    func single(_ batch: Batch, _ numbers: [Int32]) -> [Int32]? {
        switch rows {
        case .single: numbers
        case .lists: nil
        case .nearest(let search): search.nearest(batch.columns[plan.asOf!.inputColumn], numbers)
        }
    }

    /// The columns that are handed on, for rows of the table; a row that is not there is null.
    func added(_ rows: JoinedRows) -> [Column] { outputs.map { $0.gather(rows) } }

    /// All columns that the plan keeps, for a candidate of an as-of join that may be replaced by a later one.
    func candidates(_ rows: JoinedRows) -> [Column] {
        zip(columns, plan.tableSchema.fields).map { column, field in
            column.count == 0 ? .nulls(field.type, count: rows.count) : JoinTableColumn(column, isPlain: true).gather(rows)
        }
    }

    /// What finds the nearest row, for an as-of join.
    var search: any AsOfSearch {
        guard case .nearest(let search) = rows else { preconditionFailure("the join is no as-of join") }
        return search
    }

    // MARK: What no row of the input found

    /// Rows of the table without a match, with nulls for the input's columns, but for keys, which are the table's.
    func unmatched(_ rows: [Int32]) -> Batch {
        var output = plan.inputSchema.fields.map { Column.nulls($0.type, count: rows.count) }
        for (input, table) in zip(plan.inputKeys, plan.tableKeys) { output[input] = columns[table].gather(rows) }
        return Batch(plan.outputSchema, output + added(JoinedRows(rows)), rowCount: rows.count)
    }
}

extension Schema {
    /// The columns of an as-of join's table that say where a row is: its point, and its place in the table.
    fileprivate func placeColumns(_ asOf: AsOfMatch?) -> [Int] { asOf.map { [$0.tableColumn, count - 2, count - 1] } ?? [] }
}
