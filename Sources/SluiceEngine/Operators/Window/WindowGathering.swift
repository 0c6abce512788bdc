import SluiceCore
import SluiceExpressions
import SluicePipelines
import Synchronization

/// Aggregates of groups within windows of event time: each worker gathers running values by pane, which are put together at the end of the
/// input, or of an epoch of it.
struct WindowGathering: GatheringOperator {
    private let state: WindowState
    /// Nil for a run over a whole input, at whose end all windows are handed on.
    private let epoch: EpochContext?
    /// Takes late rows, where an output is named for them.
    private let side: SideRows?
    private let resources: OperatorResources

    init(
        _ operation: WindowOperation, outputSchema: Schema, state: WindowState?, epoch: EpochContext?, side: SideRows? = nil,
        resources: OperatorResources
    ) {
        self.resources = resources
        self.state = state ?? WindowState(operation, outputSchema: outputSchema, limitBytes: resources.budget.limitBytes)
        self.epoch = epoch
        if let epoch { self.state.begin(epoch: epoch.number) }
        self.side = side
    }

    func makePart() throws -> any GatheringPart {
        try state.returnToMemory()
        return WindowPart(state, epoch, side, resources)
    }

    func combine(_ parts: [any GatheringPart]) throws -> GatheredResult {
        let parts = parts.compactMap { $0 as? WindowPart }
        guard let epoch else { return try combineWhole(parts) }
        var newest: [String: Int64] = [:]
        for part in parts {
            for (input, time) in part.newest {
                let name = epoch.splitName(ofInput: input)
                newest[name] = max(newest[name] ?? .min, time)
            }
        }
        var rejects: [Reject] = []
        for part in parts { try part.decide(&rejects) }
        // What corrects a result is known in the epoch that brings it.
        if state.isLoading, parts.contains(where: \.corrects) { try state.finishLoading() }
        if state.isSpilled || parts.contains(where: \.hasSpilled) { return try combineSpilled(parts, newest, epoch, rejects) }
        for part in parts { try state.take(part.takeGroups()) }
        let batches =
            epoch.isReplay ? [] : try state.advance(newest, open: epoch.openSplits, now: epoch.nowMicros, rejects: &rejects)
        if state.windows.byteCount > state.limitBytes { try state.leaveMemory(resources.spill) }
        return GatheredResult(streams: [ListedBatches(batches)], rejects: rejects)
    }

    private func combineSpilled(
        _ parts: [WindowPart], _ newest: [String: Int64], _ epoch: EpochContext, _ rejects: [Reject]
    ) throws -> GatheredResult {
        try state.leaveMemory(resources.spill)
        let new = state.makeSpill(resources.spill)
        for part in parts { try part.forEachPartial { try state.take($0, into: new, resources.spill) } }
        if epoch.isReplay {
            state.noteBrought()
            return GatheredResult(streams: [], rejects: rejects)
        }
        let streams = state.advance(
            newest, open: epoch.openSplits, now: epoch.nowMicros, with: new, corrects: parts.contains(where: \.corrects), resources.spill)
        return GatheredResult(streams: streams, rejects: rejects)
    }

    private func combineWhole(_ parts: [WindowPart]) throws -> GatheredResult {
        if parts.contains(where: \.hasSpilled) {
            let all = state.makeSpill(resources.spill)
            for part in parts { try part.forEachPartial { try all.add($0) } }
            return GatheredResult(
                streams: [SpilledWindows(state, all, from: .min, through: .max, oldestKept: .max, resources.spill)])
        }
        for part in parts { try state.take(part.takeGroups()) }
        var rejects: [Reject] = []
        let batches = try state.drain(rejects: &rejects)
        return GatheredResult(streams: [ListedBatches(batches)], rejects: rejects)
    }
}

/// What one worker gathered of an epoch.
final class WindowPart: GatheringPart, @unchecked Sendable {
    private var groups: GroupStore
    /// Event time of the newest row by the number of the input.
    private(set) var newest: [Int: Int64] = [:]
    private let state: WindowState
    private let epoch: EpochContext?
    private let side: SideRows?
    private let spill: SpillDirectory
    private let share: MemoryShare
    /// Groups that memory did not hold.
    private var spilled: KeyedSpill?
    /// Whether rows came for windows that were handed on.
    private(set) var corrects = false
    /// Rows of which it is not known whether they are late.
    private var undecided: [(rows: Batch, position: BatchPosition)] = []

    init(_ state: WindowState, _ epoch: EpochContext?, _ side: SideRows?, _ resources: OperatorResources) {
        spill = resources.spill
        share = MemoryShare(resources.budget)
        self.side = side
        self.state = state
        self.epoch = epoch
        groups = GroupStore(state.partLayout)
    }

    func take(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws {
        try take(batch, at: position, judgedBy: nil, rejects: &rejects)
    }

    /// - Parameter known: Says which rows are late; nil: the state, as far as it can.
    private func take(
        _ batch: Batch, at position: BatchPosition, judgedBy known: (any OpenWindows)?, rejects: inout [Reject]
    ) throws {
        var errors = RowErrors()
        let operation = state.operation
        let time = evaluated(operation.time, batch, &errors)
        let keys = operation.groups.groups.map { evaluated($0, batch, &errors) }
        let arguments = operation.groups.aggregates.map { aggregate in aggregate.argument.map { evaluated($0, batch, &errors) } }
        let times = EventTimes.micros(time, &errors)
        let cut = state.windows.cut
        let panes = times.map { cut.pane(of: $0) }
        if errors.isEmpty { noteNewest(times, position) }
        if errors.isEmpty, epoch != nil {
            if known == nil, let rest = try settingAside(batch, times, position, &rejects) {
                if rest.rowCount > 0 { try take(rest, at: position, judgedBy: nil, rejects: &rejects) }
                return
            }
            let late = (known ?? state.windows).lateRows(panes, times, keys, watermark: state.closedThrough)
            if let side, !late.isEmpty {
                let kept = try side.take(late, of: batch, at: position)
                if kept.rowCount > 0 { try take(kept, at: position, judgedBy: known, rejects: &rejects) }
                return
            }
            for row in late {
                let reason = "all of its windows ended by \(EventTimes.text(state.closedThrough)) and were handed on"
                errors.add(EventTimes.late(times[row], reason, operation.lateRows), row: row)
            }
        }
        guard errors.isEmpty else {
            let (kept, rejected) = batch.separating(errors)
            rejects.append(contentsOf: rejected)
            if kept.rowCount > 0 { try take(kept, at: position, judgedBy: known, rejects: &rejects) }
            return
        }
        let spans: [Column?] = state.isSession ? [.integers(times)] : []
        let isBehind = state.isBehind(panes)
        if isBehind?.integers?.contains(1) == true { corrects = true }
        let revisions: [Column?] = isBehind.map { [$0] } ?? []
        groups.take(
            [.integers(panes)] + keys + (state.isStagger ? [.integers(times)] : []), spans + arguments + revisions,
            rowCount: batch.rowCount, at: epoch?.place(of: position) ?? position.rawValue)
        try settle()
    }

    /// Rows of which values on disk say whether they are late wait for these.
    ///
    /// - Returns: The others; nil where none has to wait.
    private func settingAside(
        _ batch: Batch, _ times: [Int64], _ position: BatchPosition, _ rejects: inout [Reject]
    ) throws -> Batch? {
        guard state.isSpilled else { return nil }
        let waiting = state.windows.undecided(times, watermark: state.closedThrough)
        if waiting.isEmpty { return nil }
        var others = Bitmap(repeating: true, count: batch.rowCount)
        for row in waiting { others[row] = false }
        undecided.append((batch.filter(~others), position))
        if undecided.reduce(0, { $0 + $1.rows.byteCount }) > max(state.limitBytes / 4, OperatorLimits.leastBytes) { try decide(&rejects) }
        return batch.filter(others)
    }

    /// Takes in rows that wait, or puts them aside as late.
    func decide(_ rejects: inout [Reject]) throws {
        if undecided.isEmpty { return }
        let keys = KeySet()
        for (rows, _) in undecided {
            keys.insert(state.operation.groups.groups.map { $0.evaluate(rows).column }, rowCount: rows.rowCount)
        }
        let windows = try state.windows(of: keys)
        for (rows, position) in undecided { try take(rows, at: position, judgedBy: windows, rejects: &rejects) }
        undecided = []
    }

    var hasSpilled: Bool { spilled != nil }

    /// Makes sure that what is held is paid for.
    private func settle() throws {
        let bytes = groups.byteCount
        if bytes <= OperatorLimits.mostBytes, share.resize(to: bytes) { return }
        if bytes <= OperatorLimits.leastBytes { return share.force(to: bytes) }
        let place = spilled ?? state.makeSpill(spill)
        spilled = place
        try takeGroups().forEachPartial { try place.add($0) }
    }

    /// What was gathered and is in memory, which the part forgets.
    func takeGroups() -> GroupStore {
        defer {
            groups = GroupStore(state.partLayout)
            _ = share.resize(to: 0)
        }
        return groups
    }

    /// All that was gathered, which the part forgets. Groups may come several times.
    func forEachPartial(_ body: (Batch) throws -> Void) throws {
        try takeGroups().forEachPartial(body)
        try spilled?.forEach(body)
        spilled = nil
    }

    private func noteNewest(_ times: [Int64], _ position: BatchPosition) {
        guard let last = times.max() else { return }
        newest[position.inputNumber] = max(newest[position.inputNumber] ?? .min, last)
    }

    private func evaluated(_ expression: BoundExpression, _ batch: Batch, _ errors: inout RowErrors) -> Column {
        let result = expression.evaluate(batch)
        errors.merge(result.errors)
        return result.column
    }
}

/// Batches that are there already.
final class ListedBatches: BatchStream {
    private let rest: Mutex<ArraySlice<Batch>>

    init(_ batches: [Batch]) { rest = Mutex(batches[...]) }

    func next(rejects: inout [Reject]) throws -> Batch? { rest.withLock { $0.popFirst() } }
}
