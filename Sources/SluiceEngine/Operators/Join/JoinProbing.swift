import SluiceCore
import SluicePipelines

/// A join whose table is in memory: the input's rows keep their order, and those of the table without a match come behind them.
struct JoinProbing: ProbingOperator {
    private let table: JoinTable

    init(_ table: JoinTable) { self.table = table }

    func makePart() -> any ProbingPart { JoinProbingPart(JoinProbe(table)) }

    func combine(_ parts: [any ProbingPart]) -> GatheredResult {
        guard table.plan.kind.keepsTable else { return GatheredResult(streams: []) }
        let marks = JoinMarks(keys: table.keys.count)
        for case let part as JoinProbingPart in parts { if let found = part.probe.marks { marks.merge(found) } }
        return GatheredResult(streams: [UnmatchedRows(table, marks)])
    }
}

private final class JoinProbingPart: ProbingPart {
    /// Batches that are handed on at once.
    private static let batchesAtOnce = 8

    let probe: JoinProbe

    init(_ probe: JoinProbe) { self.probe = probe }

    func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) -> [Batch] {
        probe.take(batch)
        return next(rejects: &rejects)
    }

    func next(rejects: inout [Reject]) -> [Batch] {
        var batches: [Batch] = []
        while batches.count < Self.batchesAtOnce, let batch = probe.next() { batches.append(batch) }
        return batches
    }
}

/// The rows of a table whose keys no row of the input had, in the order of their keys; those with a null key come last.
final class UnmatchedRows: BatchStream, @unchecked Sendable {
    private let table: JoinTable
    private let marks: JoinMarks
    /// The next key, and how many of its rows are done.
    private var key = 0
    private var done = 0
    /// The next row with a null key.
    private var row: Int

    init(_ table: JoinTable, _ marks: JoinMarks) {
        self.table = table
        self.marks = marks
        row = table.matchableCount
    }

    func next(rejects: inout [Reject]) -> Batch? { next() }

    func next() -> Batch? {
        var rows: [Int32] = []
        while rows.count < EngineLimits.outputRows, key < table.keys.count {
            if !marks.isMarked(key) {
                let (list, isLast) = rowsOfKey(EngineLimits.outputRows - rows.count)
                rows += list
                if !isLast { break }
            }
            key += 1
            done = 0
        }
        while rows.count < EngineLimits.outputRows, row < table.rowCount {
            rows.append(Int32(row))
            row += 1
        }
        return rows.isEmpty ? nil : table.unmatched(rows)
    }

    private func rowsOfKey(_ limit: Int) -> (rows: ArraySlice<Int32>, isLast: Bool) {
        guard case .lists(let starts, let rows) = table.rows else { return ([Int32(key)], true) }
        let first = Int(starts[key]) + done
        let end = min(Int(starts[key + 1]), first + limit)
        done += end - first
        return (rows[first..<end], end == Int(starts[key + 1]))
    }
}
