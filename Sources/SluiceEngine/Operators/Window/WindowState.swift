import SluiceCore
import SluiceExpressions
import SluicePipelines
import Synchronization

/// What a window step keeps between the epochs of a run: the open windows and the watermark.
///
/// Parts read it while an epoch runs; only `take` changes it, when all parts are done.
final class WindowState: StepState, @unchecked Sendable {
    let operation: WindowOperation
    var windows: any OpenWindows
    /// Windows of the step, none of them open.
    let makeWindows: @Sendable () -> any OpenWindows
    /// Of what parts gather and what is kept on disk: as `windows.layout`, with the pane as the first key.
    let partLayout: GroupLayout
    private(set) var watermark: Watermark
    /// The watermark of the rows that were handed on last.
    var closedThrough = Int64.min
    /// Where the running values of an epoch go beside memory; nil where nothing is kept.
    var changes: StateFileWriter?
    var stored: [StoredRows] = []
    let budget: StateBudget
    private let clock = RevisionClock()
    /// The machine's time when early results were handed on last, or could have been first.
    private var handedOnEarly: Int64?
    /// While values are restored: older panes have no open window.
    var oldestKept = Int64.min
    /// The join within a time whose rows come in, if there is one: its watermark leads.
    private let upstream: IntervalState?
    /// What there is to know of values that are not in memory; nil where all are.
    var beyond: Beyond?
    var spill: SpillDirectory?

    /// Values that are in `stored`, as memory does not hold them, or does not hold them yet.
    struct Beyond {
        /// The oldest pane that is open.
        var oldest: Int64?
        /// What they take in memory, as far as that is known.
        var byteCount = Int.max
        /// The oldest pane of what the epoch at work brought.
        var brought: Int64?
        /// Panes and keys of groups that have changed since early results were handed on, and the newest of the panes.
        var changed: (groups: KeyedSpill, newest: Int64)?
        /// While values are read beside the epochs.
        var loading: StateLoading<LoadedWindows>?
    }

    init(
        _ operation: WindowOperation, outputSchema: Schema, upstream: IntervalState? = nil, step: String = "window",
        limitBytes: Int = EngineLimits.stateBytes
    ) {
        self.operation = operation
        self.upstream = upstream
        budget = StateBudget(step: step, limitBytes: limitBytes)
        let keyTypes = operation.groups.groups.map(\.type)
        let aggregates = operation.groups.aggregates
        let makeStates: @Sendable () -> [any AggregateState] = { aggregates.map { $0.makePlainState() } }
        let make: @Sendable () -> any OpenWindows
        switch operation.kind {
        case .sliding(let size, let slide):
            let clock = operation.allowedLateness > 0 ? clock : nil
            let makeAll: @Sendable () -> [any AggregateState] = { makeStates() + (clock.map { [RevisionState($0)] } ?? []) }
            let (lateness, marksEarly) = (operation.allowedLateness, operation.early != nil)
            make = {
                SlidingWindows(
                    WindowCut(size: size, slide: slide), GroupLayout(keyTypes: keyTypes, makeStates: makeAll), outputSchema: outputSchema,
                    lateness: lateness, clock: clock, marksEarly: marksEarly)
            }
            partLayout = GroupLayout(keyTypes: [.int64] + keyTypes, makeStates: makeAll)
        case .stagger(let size):
            make = { StaggerWindows(size: size, keyTypes: keyTypes, makeStates: makeStates, outputSchema: outputSchema) }
            partLayout = GroupLayout(keyTypes: [.int64] + keyTypes + [.int64], makeStates: makeStates)
        case .count: preconditionFailure("windows of so many rows are no windows of time")
        case .session(let gap):
            make = { SessionWindows(gap: gap, keyTypes: keyTypes, makeStates: makeStates, outputSchema: outputSchema) }
            partLayout = GroupLayout(keyTypes: [.int64] + keyTypes) { [SpanState()] + makeStates() }
        }
        makeWindows = make
        windows = make()
        watermark = Watermark(delay: operation.delay, idle: operation.idle)
    }

    deinit { beyond?.loading?.stop() }

    var limitBytes: Int { budget.limitBytes }
    var isSession: Bool { if case .session = operation.kind { true } else { false } }
    var isStagger: Bool { if case .stagger = operation.kind { true } else { false } }

    /// For each row whether a window that has its pane was handed on; nil where nobody asks.
    func isBehind(_ panes: [Int64]) -> Column? {
        guard operation.allowedLateness > 0 else { return nil }
        return .integers(panes.map { closedThrough > .min && windows.cut.firstEnd(ofPane: $0) <= closedThrough ? 1 : 0 })
    }

    /// Before the rows of an epoch.
    func begin(epoch: Int) {
        clock.epoch = Int64(epoch)
        clock.closedThrough = closedThrough
    }

    /// Takes in what a part of an epoch gathered.
    func take(_ store: GroupStore) throws {
        try store.forEachPartial { partial in
            windows.absorb(partial, notBefore: .min)
            try changes?.append(partial)
        }
    }

    /// Moves the watermark, and hands on the windows that end by it.
    func advance(_ newest: [String: Int64], open: Set<String>, now: Int64, rejects: inout [Reject]) throws -> [Batch] {
        moveWatermark(newest, open: open, now: now)
        let results = try close(through: watermark.time, rejects: &rejects)
        return takesEarly(now: now) ? results + windows.early(behind: closedThrough) : results
    }

    /// Whether early results are handed on now.
    func takesEarly(now: Int64) -> Bool {
        let isDue = isEarlyDue(now: now)
        if handedOnEarly == nil || isDue { handedOnEarly = now }
        return isDue
    }

    func moveWatermark(_ newest: [String: Int64], open: Set<String>, now: Int64) {
        if let upstream { watermark.follow(upstream.laterBound) } else { watermark.advance(newest, open: open, now: now) }
    }

    /// Whether early results are there to be handed on.
    private func isEarlyDue(now: Int64) -> Bool {
        guard let early = operation.early, let last = handedOnEarly, now - last >= early, beyond?.loading == nil else { return false }
        return beyond == nil ? windows.hasChanges : hasChangesBeyond
    }

    func wouldMove(now: Int64) -> Bool {
        // Windows may have waited for values of earlier epochs.
        watermark.wouldMove(now: now) || isEarlyDue(now: now)
            || watermark.time > closedThrough && beyond?.loading?.isDone ?? true
    }

    /// Hands on all windows: no more rows will come.
    func drain(rejects: inout [Reject]) throws -> [Batch] { try close(through: .max, rejects: &rejects) }

    // MARK: Between runs

    /// Running values, with the pane in front.
    var keptSchema: Schema { partLayout.partialSchema }

    var facts: StepFacts {
        StepFacts(watermark: watermark, closedThrough: closedThrough, oldest: beyond.map { $0.oldest } ?? windows.oldestPane)
    }

    var signature: StateSignature {
        let keys = operation.groupTexts.indices.map { "key \($0)" } + (isStagger ? ["the time"] : [])
        var states = operation.aggregateTexts.enumerated().map { index, text in
            operation.aggregateTexts[..<index].contains(text) ? "\(text) (\(index))" : text
        }
        if isSession { states.insert("the span", at: 0) }
        if operation.allowedLateness > 0 { states.append("revisions") }
        let values = zip(states, partLayout.partialRanges).flatMap { text, range in
            range.map { "\(text)\($0 == range.lowerBound ? "" : ", part \($0 - range.lowerBound)")" }
        }
        return StateSignature(
            "window", operation.keptFacts, keptSchema, labels: ["the pane"] + keys + ["the place", "the row"] + values)
    }

    /// Writes the running values of all open windows.
    func writeAll(to file: StateFileWriter) throws {
        guard beyond != nil else { return try windows.forEachPartial(partLayout.partialSchema) { try file.append($0) } }
        guard let spill else { preconditionFailure("values are on disk once an epoch or a restart has put them there") }
        defer { spill.remove() }
        try SpilledWindows.writeAll(self, to: file, spill)
    }

    func restore(_ facts: StepFacts) {
        watermark.resume(facts.watermark)
        closedThrough = facts.closedThrough
        oldestKept = facts.oldest ?? .max
    }

    func restore(_ partial: Batch) {
        if isSpilled { return }
        windows.absorb(partial, notBefore: oldestKept)
        if windows.byteCount > limitBytes { leaveMemory(oldest: oldestKept) }
    }

    func restoreBeside(_ rows: [StoredRows], on background: BackgroundWork) throws -> Bool {
        leaveMemory(oldest: oldestKept)
        beyond?.loading = try load(rows, on: background)
        return true
    }

    var isLoading: Bool { beyond?.loading != nil }
    /// What was handed on of a session is known by rows of later epochs.
    var agesInOrder: Bool { isSession }

    /// Windows that were handed on are gone, though their values are partly in the files.
    func finishRestoring() { windows.dropClosed(through: closedThrough) }

    /// Late rows correct windows even where the watermark has not moved.
    private func close(through time: Int64, rejects: inout [Reject]) throws -> [Batch] {
        let reached = max(closedThrough, time)
        guard reached > closedThrough || operation.allowedLateness > 0 else { return [] }
        let batches = windows.close(after: closedThrough, through: reached, rejects: &rejects)
        closedThrough = reached
        for closing in windows.takeClosings() { try changes?.append(closing) }
        return batches
    }
}
