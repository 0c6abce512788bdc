import GRDBSQLite
import SluiceCore

/// Answers SQLite's question how a table would best be read under some constraints.
///
/// Comparisons with constants go down to the reader. Equalities with values of other tables become look-ups: an index is built over all rows,
/// in memory, and SQLite knows no price that is paid once. So a look-up costs nearly what a scan does, and a little more for each row of a
/// larger table: of two tables, the smaller one is looked up.
struct ScanPlanner {
    private let table: QueryTable
    private let session: SQLiteSession
    private let info: UnsafeMutablePointer<sqlite3_index_info>

    init(_ table: QueryTable, _ session: SQLiteSession, _ info: UnsafeMutablePointer<sqlite3_index_info>) {
        self.table = table
        self.session = session
        self.info = info
    }

    private struct Found {
        var constraint: Int
        var pushed: ScanPlan.Pushed?
        var key: Int?
    }

    func plan() {
        var found: [Found] = []
        for constraint in 0..<Int(info.pointee.nConstraint) {
            if let one = examine(constraint) { found.append(one) }
        }
        let pushed = found.filter { $0.pushed != nil }
        let keys = found.filter { $0.key != nil }
        let plan = ScanPlan(columns: usedColumns(keys.compactMap(\.key)), pushed: pushed.compactMap(\.pushed), keys: keys.compactMap(\.key))
        for (place, one) in (pushed + keys).enumerated() {
            info.pointee.aConstraintUsage[one.constraint].argvIndex = Int32(place + 1)
            info.pointee.aConstraintUsage[one.constraint].omit = 0
        }
        info.pointee.idxNum = Int32(session.number(of: plan, table))
        price(plan)
    }

    /// Columns that the query reads, and keys; SQLite counts all beyond the 63rd together.
    private func usedColumns(_ keys: [Int]) -> [Int] {
        let mask = info.pointee.colUsed
        var columns = table.columns.indices.filter { mask & (1 << UInt64(min($0, 63))) != 0 }
        columns += keys.filter { !columns.contains($0) }
        // Something must say how many rows there are.
        if columns.isEmpty, !table.columns.isEmpty { columns = [cheapestColumn] }
        return columns.sorted()
    }

    /// A column that costs little to read: one of fixed width, where there is any.
    private var cheapestColumn: Int {
        table.columns.firstIndex { $0.field.type == .boolean || $0.field.type.isInteger || $0.field.type == .date }
            ?? table.columns.firstIndex { !$0.field.type.isNested } ?? 0
    }

    private func examine(_ index: Int) -> Found? {
        let constraint = info.pointee.aConstraint[index]
        guard constraint.usable != 0, constraint.iColumn >= 0, Int(constraint.iColumn) < table.columns.count else { return nil }
        let column = Int(constraint.iColumn)
        switch Int32(constraint.op) {
        case SQLITE_INDEX_CONSTRAINT_ISNULL: return pushed(index, column, .isNull, nil)
        case SQLITE_INDEX_CONSTRAINT_ISNOTNULL: return pushed(index, column, .isNotNull, nil)
        case SQLITE_INDEX_CONSTRAINT_EQ:
            if sqlite3_vtab_in(info, Int32(index), -1) != 0 { return list(index, column) }
            if let value = constant(index) { return pushed(index, column, .equal, value) }
            return mayBeLookedUp(index, column) ? Found(constraint: index, key: column) : nil
        case SQLITE_INDEX_CONSTRAINT_LT: return constant(index).flatMap { pushed(index, column, .less, $0) }
        case SQLITE_INDEX_CONSTRAINT_LE: return constant(index).flatMap { pushed(index, column, .lessOrEqual, $0) }
        case SQLITE_INDEX_CONSTRAINT_GT: return constant(index).flatMap { pushed(index, column, .greater, $0) }
        case SQLITE_INDEX_CONSTRAINT_GE: return constant(index).flatMap { pushed(index, column, .greaterOrEqual, $0) }
        case SQLITE_INDEX_CONSTRAINT_LIKE: return constant(index).flatMap { pushed(index, column, .like, $0) }
        default: return nil
        }
    }

    /// A list of IN goes down whole; otherwise SQLite would scan once for each of its values.
    private func list(_ index: Int, _ column: Int) -> Found? {
        let type = table.columns[column].field.type
        guard PushedText.takesLists(type), comparesPlainly(index, type) else { return nil }
        _ = sqlite3_vtab_in(info, Int32(index), 1)
        return Found(constraint: index, pushed: ScanPlan.Pushed(column: column, relation: .isIn, shown: "(…)"))
    }

    private func pushed(_ index: Int, _ column: Int, _ relation: ScanPlan.Relation, _ value: Value?) -> Found? {
        let field = table.columns[column].field
        guard !relation.takesValue || comparesPlainly(index, field.type),
            let text = PushedText.comparison(field, relation, value ?? .null)
        else { return nil }
        let shown = text.literal ?? ""
        return Found(constraint: index, pushed: ScanPlan.Pushed(column: column, relation: relation, shown: shown))
    }

    /// A value of the query's text.
    private func constant(_ index: Int) -> Value? {
        var value: OpaquePointer?
        guard sqlite3_vtab_rhs_value(info, Int32(index), &value) == SQLITE_OK, let value else { return nil }
        return SQLValue.value(value)
    }

    /// Whether SQLite compares texts as the column's own order has them.
    private func comparesPlainly(_ index: Int, _ type: DataType) -> Bool {
        let collation = sqlite3_vtab_collation(info, Int32(index)).map { String(cString: $0) } ?? "BINARY"
        if case .timestamp = type { return collation == TimeCollation.name }
        return collation.uppercased() == "BINARY"
    }

    private func mayBeLookedUp(_ index: Int, _ column: Int) -> Bool {
        let collation = sqlite3_vtab_collation(info, Int32(index)).map { String(cString: $0) } ?? "BINARY"
        return collation.uppercased() == "BINARY" || collation == TimeCollation.name
    }

    private func price(_ plan: ScanPlan) {
        let rows = max(1, Double(table.rowCount))
        var share = 1.0
        for pushed in plan.pushed {
            switch pushed.relation {
            case .equal, .isNull: share *= 0.05
            case .isIn, .like: share *= 0.2
            case .isNotNull: share *= 0.95
            default: share *= 0.35
            }
        }
        let kept = max(1, rows * share)
        // A scan costs the same whatever is pushed down: SQLite would split an OR into several scans otherwise.
        let scan = 1 + rows
        let lookUp = 0.6 + kept * min(0.52 + 0.016 * Self.log2(kept), 0.98)
        info.pointee.estimatedCost = plan.keys.isEmpty ? scan : lookUp
        info.pointee.estimatedRows = Int64(plan.keys.isEmpty ? kept : max(1, kept / 25))
    }

    private static func log2(_ value: Double) -> Double { Double(value.exponent) }
}
