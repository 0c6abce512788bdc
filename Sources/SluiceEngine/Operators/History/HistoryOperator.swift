import SluiceCore
import SluicePipelines

/// Closes each version of a key where the next one begins, and leaves out versions that change nothing.
///
/// Takes rows sorted by key, time, and whether they are new. At most two versions are held back: the one that may still end, and the one before
/// it, which a row of the same time may have to be joined to.
struct HistoryOperator: StepOperator {
    static var isSerial: Bool { true }

    private let operation: HistoryOperation
    private let outputSchema: Schema
    private var walk = VersionWalk()
    /// The rows of the versions that are held back, in their order.
    private var held: Batch?

    init(_ operation: HistoryOperation, outputSchema: Schema) {
        self.operation = operation
        self.outputSchema = outputSchema
    }

    mutating func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        let rows = Batch.concatenated([held, batch].compactMap(\.self), schema: batch.schema)
        let first = rows.rowCount - batch.rowCount
        let keys = KeyEncoder(columns: operation.keys).encode(batch)
        let values = KeyEncoder(columns: operation.compared).encode(batch)
        for row in 0..<batch.rowCount {
            walk.begin(key: Array(keys[row]))
            walk.take(
                Version(
                    row: Int32(first + row), from: micros(batch, operation.from, row) ?? 0, to: micros(batch, operation.to, row),
                    values: Array(values[row])),
                isDeletion: flag(batch, operation.deleted, row), isNew: !batch.columns[operation.isNew].isNull(row))
        }
        let done = output(rows)
        held = rows.gather(walk.hold())
        return done
    }

    mutating func finish(rejects: inout [Reject]) throws -> [Batch] {
        guard let rows = held else { return [] }
        walk.end()
        held = nil
        return output(rows)
    }

    private mutating func output(_ rows: Batch) -> [Batch] {
        let versions = walk.closed()
        guard !versions.isEmpty else { return [] }
        let kept = rows.gather(versions.map(\.row))
        let columns =
            operation.columns.map { kept.columns[$0] } + [
                times(versions.map(\.from), like: kept.columns[operation.from].type),
                times(versions.map(\.to), like: kept.columns[operation.to].type),
                Column(.boolean, .boolean(Bitmap(versions.map { $0.to == nil }))),
            ]
        return [Batch(outputSchema, columns, rowCount: versions.count)]
    }

    private func flag(_ batch: Batch, _ column: Int, _ row: Int) -> Bool {
        guard case .boolean(let bits) = batch.columns[column].storage else { return false }
        return !batch.columns[column].isNull(row) && bits[row]
    }

    /// A timestamp's microseconds, or a date's days.
    private func micros(_ batch: Batch, _ column: Int, _ row: Int) -> Int64? {
        let column = batch.columns[column]
        if column.isNull(row) { return nil }
        switch column.storage {
        case .int64(let values): return values[row]
        case .int32(let values): return Int64(values[row])
        default: return nil
        }
    }

    private func times(_ values: [Int64?], like type: DataType) -> Column {
        let validity = values.contains(nil) ? Bitmap(values.map { $0 != nil }) : nil
        if case .date = type { return Column(type, .int32(values.map { Int32(truncatingIfNeeded: $0 ?? 0) }), validity: validity) }
        return Column(type, .int64(values.map { $0 ?? 0 }), validity: validity)
    }
}
