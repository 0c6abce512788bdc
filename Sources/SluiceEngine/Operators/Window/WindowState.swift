import SluiceCore
import SluiceExpressions
import SluicePipelines
import Synchronization

/// What a window step keeps between the epochs of a run: the open windows and the watermark.
///
/// Parts read it while an epoch runs; only `take` changes it, when all parts are done.
final class WindowState: StepState, @unchecked Sendable {
    let operation: WindowOperation
    let windows: any OpenWindows
    /// Of what parts gather and what is kept on disk: as `windows.layout`, with the pane as the first key.
    let partLayout: GroupLayout
    private(set) var watermark: Watermark
    /// The watermark of the rows that were handed on last.
    private(set) var closedThrough = Int64.min
    /// Where the running values of an epoch go beside memory; nil where nothing is kept.
    var changes: StateFileWriter?
    /// While values are restored: older panes have no open window.
    private var oldestKept = Int64.min

    init(_ operation: WindowOperation, outputSchema: Schema) {
        self.operation = operation
        let keyTypes = operation.groups.groups.map(\.type)
        let aggregates = operation.groups.aggregates
        let makeStates: @Sendable () -> [any AggregateState] = { aggregates.map { $0.makePlainState() } }
        switch operation.kind {
        case .sliding(let size, let slide):
            let layout = GroupLayout(keyTypes: keyTypes, makeStates: makeStates)
            windows = SlidingWindows(WindowCut(size: size, slide: slide), layout, outputSchema: outputSchema)
            partLayout = GroupLayout(keyTypes: [.int64] + keyTypes, makeStates: makeStates)
        case .session(let gap):
            windows = SessionWindows(gap: gap, keyTypes: keyTypes, makeStates: makeStates, outputSchema: outputSchema)
            partLayout = GroupLayout(keyTypes: [.int64] + keyTypes) { [SpanState()] + makeStates() }
        }
        watermark = Watermark(delay: operation.delay, idle: operation.idle)
    }

    var isSession: Bool { if case .session = operation.kind { true } else { false } }

    /// Takes in what a part of an epoch gathered.
    func take(_ store: GroupStore) throws {
        try store.forEachPartial { partial in
            windows.absorb(partial, notBefore: .min)
            try changes?.append(partial)
        }
    }

    /// Moves the watermark, and hands on the windows that end by it.
    func advance(_ newest: [String: Int64], open: Set<String>, now: Int64, rejects: inout [Reject]) -> [Batch] {
        watermark.advance(newest, open: open, now: now)
        return close(through: watermark.time, rejects: &rejects)
    }

    /// Hands on all windows: no more rows will come.
    func drain(rejects: inout [Reject]) -> [Batch] { close(through: .max, rejects: &rejects) }

    // MARK: Between runs

    /// Running values, with the pane in front.
    var keptSchema: Schema { partLayout.partialSchema }

    var facts: StepFacts { StepFacts(watermark: watermark, closedThrough: closedThrough, oldest: windows.oldestPane) }

    /// Writes the running values of all open windows.
    func writeAll(to file: StateFileWriter) throws { try windows.forEachPartial(partLayout.partialSchema) { try file.append($0) } }

    func restore(_ facts: StepFacts) {
        watermark.resume(facts.watermark)
        closedThrough = facts.closedThrough
        oldestKept = facts.oldest ?? .max
    }

    func restore(_ partial: Batch) { windows.absorb(partial, notBefore: oldestKept) }

    /// Windows that were handed on are gone, though their values are partly in the files.
    func finishRestoring() {
        var rejects: [Reject] = []
        _ = windows.close(after: closedThrough, through: closedThrough, rejects: &rejects)
    }

    private func close(through time: Int64, rejects: inout [Reject]) -> [Batch] {
        defer { closedThrough = max(closedThrough, time) }
        return time > closedThrough ? windows.close(after: closedThrough, through: time, rejects: &rejects) : []
    }
}
