import SluiceCore

/// The open panes of sliding windows: the running values of every group in each.
///
/// Panes are merged when a window is handed on, so a row is aggregated once however many windows it is in. With an allowed lateness, the last
/// state of a group is a `RevisionState`, and panes stay so long behind the end of their last window.
final class SlidingWindows: OpenWindows, @unchecked Sendable {
    /// How results of one window are made.
    private enum Result {
        case first
        /// Of groups that late rows of the epoch at work have changed.
        case correction
        /// Of groups that have changed since they were handed on last, while the window is open.
        case early
    }

    let cut: WindowCut
    let layout: GroupLayout
    private let outputSchema: Schema
    private let lateness: Int64
    /// Nil where results are not corrected.
    private let clock: RevisionClock?
    private let marksEarly: Bool
    private var panes = PaneStores()
    /// Keys of groups that have changed since early results were handed on, by pane.
    private var touched: [Int64: GroupStore] = [:]
    private let keyLayout: GroupLayout
    /// Panes that rows came for since windows were handed on.
    private var fresh: Set<Int64> = []

    /// - Parameters:
    ///   - lateness: How long windows take rows behind their end.
    ///   - marksEarly: Whether results say that they are early.
    init(
        _ cut: WindowCut, _ layout: GroupLayout, outputSchema: Schema, lateness: Int64 = 0, clock: RevisionClock? = nil,
        marksEarly: Bool = false
    ) {
        self.cut = cut
        self.layout = layout
        self.outputSchema = outputSchema
        self.lateness = lateness
        self.clock = clock
        self.marksEarly = marksEarly
        keyLayout = GroupLayout(keyTypes: layout.keyTypes) { [] }
    }

    var byteCount: Int { panes.byteCount + touched.values.reduce(0) { $0 + $1.byteCount } }
    var oldestPane: Int64? { panes.oldest }
    var hasChanges: Bool { !touched.isEmpty }

    func absorb(_ partial: Batch, notBefore pane: Int64) {
        panes.absorb(partial, layout, notBefore: pane)
        // What is restored was handed on early, and corrected, by an earlier run.
        guard marksEarly || clock != nil, pane == .min, case .int64(let numbers) = partial.columns[0].flattened.storage else { return }
        if clock != nil { fresh.formUnion(numbers) }
        if marksEarly { noteChanges(partial, behind: .min) }
    }

    func noteChanges(_ groups: Batch, behind watermark: Int64) {
        let keys = Array(groups.columns[1..<(1 + layout.keyTypes.count)])
        var rows: [Int64: [Int32]] = [:]
        for (row, pane) in (groups.columns[0].flattened.integers ?? []).enumerated() where cut.lastEnd(ofPane: pane) > watermark {
            rows[pane, default: []].append(Int32(truncatingIfNeeded: row))
        }
        for (pane, rows) in rows {
            let store = touched[pane] ?? GroupStore(keyLayout)
            touched[pane] = store
            store.take(keys.map { $0.gather(rows) }, [], rowCount: rows.count, at: 0)
        }
    }

    func takeChanges() -> [Batch] {
        defer { touched = [:] }
        let schema = Schema(unchecked: [Field("pane", .int64)] + Array(keyLayout.partialSchema.fields.prefix(layout.keyTypes.count)))
        return touched.map { pane, store in
            Batch(schema, [.integers([Int64](repeating: pane, count: store.count))] + store.keys, rowCount: store.count)
        }
    }

    func forEachPartial(_ schema: Schema, _ body: (Batch) throws -> Void) rethrows { try panes.forEachPartial(schema, body) }

    func firstEnd(from pane: Int64, after time: Int64) -> Int64 { cut.firstEnd(ofPane: pane, after: time) }

    func lateRows(_ panes: [Int64], _ times: [Int64], _ keys: [Column], watermark: Int64) -> [Int] {
        // The last ends ascend with the panes.
        guard let oldest = panes.min(), isOver(oldest, watermark) else { return [] }
        return panes.indices.filter { isOver(panes[$0], watermark) }
    }

    /// Whether no window takes rows of the pane any more.
    private func isOver(_ pane: Int64, _ watermark: Int64) -> Bool { cut.lastEnd(ofPane: pane).clampedAdding(lateness) <= watermark }

    func close(after earlier: Int64, through watermark: Int64, rejects: inout [Reject]) -> [Batch] {
        var first: Set<Int64> = []
        var corrected: Set<Int64> = []
        for pane in panes.numbers {
            let isCorrected = fresh.contains(pane) && earlier > .min
            for start in cut.starts(ofPane: pane) where start + cut.size <= watermark {
                if start + cut.size > earlier { first.insert(start) } else if isCorrected { corrected.insert(start) }
            }
        }
        fresh = []
        var batches = corrected.sorted().compactMap { window(from: $0, .correction, rejects: &rejects) }
        batches += first.sorted().compactMap { window(from: $0, .first, rejects: &rejects) }
        for pane in panes.numbers where isOver(pane, watermark) { panes[pane] = nil }
        for pane in touched.keys where cut.lastEnd(ofPane: pane) <= watermark { touched[pane] = nil }
        return batches
    }

    func early(behind watermark: Int64) -> [Batch] {
        var starts: Set<Int64> = []
        for pane in touched.keys { for start in cut.starts(ofPane: pane) where start + cut.size > watermark { starts.insert(start) } }
        defer { touched = [:] }
        var rejects: [Reject] = []
        return starts.sorted().compactMap { window(from: $0, .early, rejects: &rejects) }
    }

    private func window(from start: Int64, _ result: Result, rejects: inout [Reject]) -> Batch? {
        let first = start / cut.pane
        let found = (first..<first + cut.panes).compactMap { panes[$0] }
        guard let only = found.first else { return nil }
        var store = only
        if found.count > 1 {
            store = GroupStore(layout)
            for pane in found { store.merge(pane, groups: (0..<Int32(pane.count)).map { $0 }) }
        }
        clock?.windowEnd = start + cut.size
        var (columns, count, errors) = store.finish(inOrder: result != .early)
        let revisions = clock == nil ? nil : columns.removeLast().integers
        let marks = marks(start, result, revisions, count)
        let batch = Batch(outputSchema, marks + columns, rowCount: count)
        switch result {
        case .first: break
        case .correction:
            let rows = (revisions ?? []).indices.filter { revisions?[$0] ?? -1 >= 0 }.map { Int32($0) }
            errors = errors.filter { revisions?[$0] ?? -1 >= 0 }
            let (_, failed) = batch.separating(errors)
            rejects.append(contentsOf: failed)
            let kept = rows.filter { errors[Int($0)] == nil }
            return kept.isEmpty ? nil : batch.gather(kept)
        case .early:
            // What fails now may not fail in the end.
            let kept = changed(in: store, first).filter { errors[Int($0)] == nil }
            return kept.isEmpty ? nil : batch.gather(kept)
        }
        let (kept, failed) = batch.separating(errors)
        rejects.append(contentsOf: failed)
        return kept.rowCount > 0 ? kept : nil
    }

    private func marks(_ start: Int64, _ result: Result, _ revisions: [Int64]?, _ count: Int) -> [Column] {
        var marks = [start, start + cut.size].enumerated().map { index, time in
            Column(outputSchema.fields[index].type, .int64([Int64](repeating: time, count: count)))
        }
        if marksEarly { marks.append(Column(.boolean, .boolean(Bitmap(repeating: result == .early, count: count)))) }
        if let revisions { marks.append(.integers(revisions.map { $0 < 0 ? ~$0 : $0 })) }
        return marks
    }

    /// Groups of a window's store that have changed since they were handed on last.
    private func changed(in store: GroupStore, _ first: Int64) -> [Int32] {
        var groups: Set<Int32> = []
        for pane in first..<first + cut.panes {
            guard let keys = touched[pane] else { continue }
            groups.formUnion(store.find(keys.keys, rowCount: keys.count))
        }
        return groups.filter { $0 >= 0 }.sorted()
    }
}
