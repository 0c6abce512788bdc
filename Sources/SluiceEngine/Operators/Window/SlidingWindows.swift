import SluiceCore

/// The open panes of sliding windows: the running values of every group in each.
///
/// Panes are merged when a window is handed on, so a row is aggregated once however many windows it is in.
final class SlidingWindows: OpenWindows, @unchecked Sendable {
    let cut: WindowCut
    let layout: GroupLayout
    private let outputSchema: Schema
    private var panes = PaneStores()

    init(_ cut: WindowCut, _ layout: GroupLayout, outputSchema: Schema) {
        self.cut = cut
        self.layout = layout
        self.outputSchema = outputSchema
    }

    var byteCount: Int { panes.byteCount }
    var oldestPane: Int64? { panes.oldest }

    func absorb(_ partial: Batch, notBefore pane: Int64) { panes.absorb(partial, layout, notBefore: pane) }

    func forEachPartial(_ schema: Schema, _ body: (Batch) throws -> Void) rethrows { try panes.forEachPartial(schema, body) }

    func lateRows(_ panes: [Int64], _ times: [Int64], _ keys: [Column], watermark: Int64) -> [Int] {
        // The last ends ascend with the panes.
        guard let oldest = panes.min(), cut.lastEnd(ofPane: oldest) <= watermark else { return [] }
        return panes.indices.filter { cut.lastEnd(ofPane: panes[$0]) <= watermark }
    }

    func close(after earlier: Int64, through watermark: Int64, rejects: inout [Reject]) -> [Batch] {
        var starts: Set<Int64> = []
        for pane in panes.numbers {
            for start in cut.starts(ofPane: pane) where start + cut.size > earlier && start + cut.size <= watermark { starts.insert(start) }
        }
        let batches = starts.sorted().compactMap { window(from: $0, rejects: &rejects) }
        for pane in panes.numbers where cut.lastEnd(ofPane: pane) <= watermark { panes[pane] = nil }
        return batches
    }

    private func window(from start: Int64, rejects: inout [Reject]) -> Batch? {
        let first = start / cut.pane
        let found = (first..<first + cut.panes).compactMap { panes[$0] }
        guard let only = found.first else { return nil }
        var store = only
        if found.count > 1 {
            store = GroupStore(layout)
            for pane in found { store.merge(pane, groups: (0..<Int32(pane.count)).map { $0 }) }
        }
        let (columns, count, errors) = store.finish(inOrder: true)
        let stamps = [start, start + cut.size].enumerated().map { index, time in
            Column(outputSchema.fields[index].type, .int64([Int64](repeating: time, count: count)))
        }
        let (kept, failed) = Batch(outputSchema, stamps + columns, rowCount: count).separating(errors)
        rejects.append(contentsOf: failed)
        return kept.rowCount > 0 ? kept : nil
    }
}
