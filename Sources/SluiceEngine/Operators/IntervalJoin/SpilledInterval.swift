import SluiceCore
import SluicePipelines

/// Rows of both sides of a join within a time, of one epoch or of a whole input, that are on disk, spread by their keys.
final class SpilledInterval: Sendable {
    let input: KeyedSpill
    let table: KeyedSpill

    init(_ step: IntervalStep) {
        input = step.state.input.makeSpill(step.resources.spill)
        table = step.state.table.makeSpill(step.resources.spill)
    }
}

/// Joins rows of both sides that are on disk, those of some keys after the others, so that only these are in memory.
final class SpilledIntervalStream: BatchStream, @unchecked Sendable {
    /// One share at work.
    private struct Join {
        let state: IntervalState
        let part: IntervalProbingPart
        /// The input's rows that have still to pass.
        var input: ArraySlice<(chunks: SpilledChunks, index: Int)>
    }

    private let step: IntervalStep
    private let spilled: SpilledInterval
    /// The watermark before and now, in microseconds since 1970.
    private let closed: (earlier: Int64, reached: Int64)
    /// Whether of earlier epochs only rows with keys of this one are looked at: no others are handed on.
    private let isNarrow: Bool
    /// Nil before the first row was asked for.
    private var shares: [SpilledShare]?
    private var join: Join?
    private var ready: ArraySlice<Batch> = []
    /// Of what stays.
    private var byteCount = 0

    init(_ step: IntervalStep, _ spilled: SpilledInterval, from earlier: Int64, through reached: Int64, isNarrow: Bool) {
        self.isNarrow = isNarrow
        self.step = step
        self.spilled = spilled
        closed = (earlier, reached)
    }

    func next(rejects: inout [Reject]) throws -> Batch? {
        if shares == nil { shares = try spread() }
        while ready.isEmpty {
            if join != nil {
                try goOn(&rejects)
            } else if let share = shares?.popLast() {
                try start(share)
            } else {
                isNarrow ? step.state.passedNarrow() : step.state.passed(byteCount: byteCount)
                return nil
            }
        }
        return ready.popFirst()
    }

    /// The input's and the table's rows of earlier epochs, and then those of this one.
    private func spread() throws -> [SpilledShare] {
        let wanted = try isNarrow ? keys() : nil
        let old = try [step.state.input, step.state.table].map { side in
            let spill = side.makeSpill(step.resources.spill)
            for rows in side.stored { try rows.forEach { if let rows = side.having(wanted, $0) { try spill.add(rows) } } }
            return spill
        }
        return SpilledShare.all(old + [spilled.input, spilled.table])
    }

    /// Those of the epoch's rows.
    private func keys() throws -> KeySet {
        let keys = KeySet()
        for (side, rows) in [(step.state.input, spilled.input), (step.state.table, spilled.table)] {
            try rows.forEach { side.addKeys(of: $0, to: keys) }
        }
        return keys
    }

    private func start(_ share: SpilledShare) throws {
        if share.byteCount > step.state.limitBytes / 2, share.canBeSpread {
            shares? += try share.finer()
            return
        }
        let state = step.state.empty(closedThrough: closed.earlier)
        try share.parts[0].forEach { state.input.restore($0) }
        try share.parts[1].forEach { state.table.restore($0) }
        for side in [state.input, state.table] { side.finishRestoring() }
        var fresh: [Batch] = []
        try share.parts[3].forEach { fresh.append($0) }
        ready = state.begin(fresh)[...]
        let inner = IntervalStep(state: state, resources: step.resources, index: step.index, epoch: step.epoch)
        join = Join(state: state, part: IntervalProbingPart(inner), input: share.parts[2].batches[...])
    }

    /// What the next rows of the input give, or what is left when all have passed.
    private func goOn(_ rejects: inout [Reject]) throws {
        guard var current = join else { return }
        let more = try current.part.next(rejects: &rejects)
        if !more.isEmpty {
            ready = more[...]
            return
        }
        if let (chunks, index) = current.input.popFirst() {
            let kept = try chunks.read(index)
            let rows = Batch(step.plan.inputSchema, Array(kept.columns.dropFirst()), rowCount: kept.rowCount)
            join = current
            ready = try current.part.push(rows, at: BatchPosition(phase: 0, input: 0, piece: 0), rejects: &rejects)[...]
            return
        }
        join = nil
        let state = current.state
        current.part.tableMarks.apply()
        guard step.epoch != nil else {
            ready = (step.plan.marksTable ? state.table.unmatched().map(step.plan.unmatchedTable) : [])[...]
            return
        }
        for (rows, isMatched) in current.part.kept { state.input.add(rows, isMatched: isMatched) }
        ready = state.unmatched(after: closed.earlier, through: closed.reached)[...]
        for side in [state.input, state.table] { side.close(through: closed.reached) }
        byteCount += state.byteCount
    }
}
