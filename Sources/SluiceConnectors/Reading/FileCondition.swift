import SluiceCore

/// A condition on the rows of one file: what it asks of the columns that the path gives is answered by the path.
struct FileCondition: RowCondition {
    private let condition: any RowCondition
    private let assembler: ColumnAssembler

    init(_ condition: any RowCondition, _ assembler: ColumnAssembler) {
        self.condition = condition
        self.assembler = assembler
    }

    var columns: [String] { condition.columns.filter { assembler.constant($0) == nil } }
    var bounds: [ColumnBound] { condition.bounds.filter { assembler.constant($0.column) == nil } }

    func kept(of batch: Batch) -> Bitmap {
        let added = condition.columns.compactMap { name in assembler.constant(name).map { (name, $0) } }
        if added.isEmpty { return condition.kept(of: batch) }
        let rows = [Int32](repeating: 0, count: batch.rowCount)
        let fields = batch.schema.fields + added.map { Field($0.0, $0.1.type) }
        guard let schema = try? Schema(fields) else { return Bitmap(repeating: true, count: batch.rowCount) }
        return condition.kept(of: batch.with(schema, batch.columns + added.map { $0.1.gather(rows) }))
    }

    /// False where the path alone shows that no row fulfils the condition.
    var mayHoldRows: Bool {
        condition.bounds.allSatisfy { bound in
            guard let constant = assembler.constant(bound.column) else { return true }
            return bound.mayHold(constant[0])
        }
    }
}

extension ColumnBound {
    /// Whether a value may fulfil the bound; true also where the two cannot be compared.
    func mayHold(_ value: Value) -> Bool {
        switch relation {
        case .isNull: return value.isNull
        case .isNotNull: return !value.isNull
        case .isIn(let values): return !value.isNull && values.contains(value)
        case .less(let limit): return order(value, limit).map { $0 < 0 } ?? !value.isNull
        case .lessOrEqual(let limit): return order(value, limit).map { $0 <= 0 } ?? !value.isNull
        case .greater(let limit): return order(value, limit).map { $0 > 0 } ?? !value.isNull
        case .greaterOrEqual(let limit): return order(value, limit).map { $0 >= 0 } ?? !value.isNull
        }
    }

    private func order(_ a: Value, _ b: Value) -> Int? {
        func sign<T: Comparable>(_ x: T, _ y: T) -> Int { x < y ? -1 : x > y ? 1 : 0 }
        switch (a, b) {
        case (.integer(let x), .integer(let y)): return sign(x, y)
        case (.date(let x), .date(let y)): return sign(x, y)
        case (.timestamp(let x, _), .timestamp(let y, _)): return sign(x, y)
        case (.string(let x), .string(let y)):
            return x.utf8.lexicographicallyPrecedes(y.utf8) ? -1 : y.utf8.lexicographicallyPrecedes(x.utf8) ? 1 : 0
        default: return nil
        }
    }
}
