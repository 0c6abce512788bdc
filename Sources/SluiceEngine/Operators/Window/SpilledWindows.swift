import SluiceCore

/// Hands on windows whose running values are on disk: those of some keys after the others, so that only these are in memory.
final class SpilledWindows: BatchStream, @unchecked Sendable {
    private let state: WindowState
    private let new: KeyedSpill
    private let spill: SpillDirectory
    /// The watermark before and now, in microseconds since 1970.
    private let closed: (earlier: Int64, reached: Int64)
    /// Panes before it, of earlier epochs, are not needed any more.
    private let oldestKept: Int64
    /// Panes and keys of groups of which early results are handed on; nil where none are.
    private let early: KeyedSpill?
    /// Running values of some keys, of earlier epochs and of the one at work, and which have changed. Nil before the first row was asked for.
    private var shares: [SpilledShare]?
    private var ready: ArraySlice<Batch> = []
    /// Of what stays.
    private var oldestPane: Int64?
    private var byteCount = 0

    init(
        _ state: WindowState, _ new: KeyedSpill, from earlier: Int64, through reached: Int64, oldestKept: Int64, early: KeyedSpill? = nil,
        _ spill: SpillDirectory
    ) {
        self.early = early
        self.state = state
        self.new = new
        self.spill = spill
        closed = (earlier, reached)
        self.oldestKept = oldestKept
    }

    func next(rejects: inout [Reject]) throws -> Batch? {
        if shares == nil { shares = try spread() }
        while ready.isEmpty {
            guard let share = shares?.popLast() else { return nil }
            try work(share, &rejects)
            if shares?.isEmpty == true { state.passed(oldest: oldestPane, byteCount: byteCount, isEarly: early != nil) }
        }
        return ready.popFirst()
    }

    private func spread() throws -> [SpilledShare] {
        let old = state.makeSpill(spill)
        for rows in state.stored { try rows.forEach { try old.add($0) } }
        let shares = SpilledShare.all([old, new] + (early.map { [$0] } ?? []))
        if shares.isEmpty { state.passed(oldest: nil, byteCount: 0, isEarly: early != nil) }
        return shares
    }

    private func work(_ share: SpilledShare, _ rejects: inout [Reject]) throws {
        if share.byteCount > state.limitBytes / 2, share.canBeSpread {
            shares? += try share.finer()
            return
        }
        // Values of one group cannot be spread.
        try state.budget.check(share.byteCount)
        let windows = try restored(share)
        try share.parts[1].forEach { windows.absorb($0, notBefore: .min) }
        ready = windows.close(after: closed.earlier, through: closed.reached, rejects: &rejects)[...]
        if early != nil {
            try share.parts[2].forEach { windows.noteChanges($0, behind: closed.reached) }
            ready += windows.early(behind: closed.reached)
        }
        for closing in windows.takeClosings() { try state.changes?.append(closing) }
        if let oldest = windows.oldestPane { oldestPane = min(oldestPane ?? oldest, oldest) }
        byteCount += windows.byteCount
    }

    /// The windows that were open when the epoch began.
    private func restored(_ share: SpilledShare) throws -> any OpenWindows {
        let windows = state.makeWindows()
        try share.parts[0].forEach { windows.absorb($0, notBefore: oldestKept) }
        windows.dropClosed(through: closed.earlier)
        return windows
    }

    /// Writes the running values of all open windows of a state whose values are on disk.
    static func writeAll(_ state: WindowState, to file: StateFileWriter, _ spill: SpillDirectory) throws {
        let closed = state.closedThrough
        let oldest = state.facts.oldest ?? .max
        let pass = SpilledWindows(state, state.makeSpill(spill), from: closed, through: closed, oldestKept: oldest, spill)
        var rest = try pass.spread()
        while let share = rest.popLast() {
            if share.byteCount > state.limitBytes / 2, share.canBeSpread {
                rest += try share.finer()
            } else {
                try pass.restored(share).forEachPartial(state.keptSchema) { try file.append($0) }
            }
        }
    }
}

extension OpenWindows {
    /// Forgets what was restored of windows that were handed on.
    func dropClosed(through time: Int64) {
        var rejects: [Reject] = []
        _ = close(after: time, through: time, rejects: &rejects)
        _ = takeClosings()
    }
}
