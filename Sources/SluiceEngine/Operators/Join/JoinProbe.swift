import SluiceCore
import SluicePipelines

/// Rows of the input on their way past a table in memory, in their order. Owned by one task at a time.
///
/// What a batch gives is made piece by piece, so that memory is bounded however many matches its rows have.
final class JoinProbe: @unchecked Sendable {
    /// A batch of which some rows have several matches.
    private struct Pairs {
        let batch: Batch
        let numbers: [Int32]
        /// The first row that is not done, and how many of its matches are.
        var row = 0
        var done = 0
    }

    private let table: JoinTable
    private let kind: JoinKind
    /// Keys that were found, for kinds that keep the table.
    let marks: JoinMarks?
    private var waiting: [Batch] = []
    private var pairs: Pairs?

    /// - Parameter kind: another one than the plan's where the table is only a part.
    init(_ table: JoinTable, kind: JoinKind? = nil) {
        self.table = table
        self.kind = kind ?? table.plan.kind
        marks = table.plan.kind.keepsTable ? JoinMarks(keys: table.keys.count) : nil
    }

    /// Takes the next rows of the input.
    func take(_ batch: Batch) { waiting.append(batch) }

    /// The next rows of the output; nil when all that was taken is done.
    func next() -> Batch? {
        while true {
            if let output = nextPairs() { return output }
            guard !waiting.isEmpty else { return nil }
            if let output = start(waiting.removeFirst()) { return output }
        }
    }

    private func start(_ batch: Batch) -> Batch? {
        let numbers = table.find(batch)
        marks?.mark(numbers)
        guard kind.addsColumns else {
            let matched = Bitmap(positive: table.single(batch, numbers) ?? numbers)
            return filtered(batch, kind == .semi ? matched : ~matched)
        }
        guard let rows = table.single(batch, numbers) else {
            pairs = Pairs(batch: batch, numbers: numbers)
            return nil
        }
        let joined = JoinedRows(rows)
        guard let present = joined.present, !kind.keepsInput else {
            return batch.with(table.plan.outputSchema, batch.columns + table.added(joined))
        }
        guard let kept = filtered(batch, present) else { return nil }
        return kept.with(table.plan.outputSchema, kept.columns + table.added(JoinedRows(rows.filter { $0 >= 0 })))
    }

    private func filtered(_ batch: Batch, _ selection: Bitmap) -> Batch? {
        let kept = batch.filter(selection)
        return kept.rowCount == 0 ? nil : kept
    }

    // MARK: Several matches a row

    private func nextPairs() -> Batch? {
        guard var pairs, case .lists(let starts, let rows) = table.rows else { return nil }
        var input: [Int32] = []
        var added: [Int32] = []
        input.reserveCapacity(EngineLimits.outputRows)
        added.reserveCapacity(EngineLimits.outputRows)
        while pairs.row < pairs.numbers.count, input.count < EngineLimits.outputRows {
            let number = Int(pairs.numbers[pairs.row])
            if number >= 0 {
                let first = Int(starts[number]) + pairs.done
                let end = min(Int(starts[number + 1]), first + EngineLimits.outputRows - input.count)
                for place in first..<end {
                    input.append(Int32(truncatingIfNeeded: pairs.row))
                    added.append(rows[place])
                }
                pairs.done += end - first
                if end < starts[number + 1] { break }
            } else if kind.keepsInput {
                input.append(Int32(truncatingIfNeeded: pairs.row))
                added.append(-1)
            }
            pairs.row += 1
            pairs.done = 0
        }
        self.pairs = pairs.row < pairs.numbers.count ? pairs : nil
        guard !input.isEmpty else { return nil }
        let isWhole = input.count == pairs.batch.rowCount && input.indices.allSatisfy { input[$0] == Int32($0) }
        let taken = isWhole ? pairs.batch : pairs.batch.gather(input)
        return taken.with(table.plan.outputSchema, taken.columns + table.added(JoinedRows(added)))
    }
}
