import SluiceCore
import SluiceExpressions

/// Open sessions. Rows of one group within a pane, which is as long as the gap, are always in one session; so are those of neighbouring panes
/// when they are less than the gap apart. Others never are.
final class SessionWindows: OpenWindows, @unchecked Sendable {
    let cut: WindowCut
    let layout: GroupLayout
    /// As `layout`, with the first time of the session as a further key.
    private let sessionLayout: GroupLayout
    private let outputSchema: Schema
    private let gap: Int64
    private var panes = PaneStores()
    private var closings: [Batch] = []
    /// While values are restored: groups of a pane that were handed on, and are not taken out yet.
    private var gone: [Int64: Set<Int32>] = [:]

    /// - Parameter makeStates: of the step's aggregates.
    init(gap: Int64, keyTypes: [DataType], makeStates: @escaping @Sendable () -> [any AggregateState], outputSchema: Schema) {
        cut = WindowCut(size: gap, slide: gap)
        self.gap = gap
        self.outputSchema = outputSchema
        layout = GroupLayout(keyTypes: keyTypes) { [SpanState()] + makeStates() }
        sessionLayout = GroupLayout(keyTypes: keyTypes + [.int64]) { [SpanState()] + makeStates() }
    }

    var byteCount: Int { panes.byteCount }
    var oldestPane: Int64? { panes.oldest }

    func absorb(_ partial: Batch, notBefore pane: Int64) {
        // Behind the pane come the keys, and where the first row stood.
        if let rows = partial.columns[keyCount + 2].flattened.integers, rows.contains(Self.closingRow) { return noteGone(partial) }
        if !gone.isEmpty { dropGone(meeting: partial) }
        panes.absorb(partial, layout, notBefore: pane)
    }

    private var keyCount: Int { layout.keyTypes.count }

    func firstEnd(from pane: Int64, after time: Int64) -> Int64 { max((pane + 1) * gap, time.clampedAdding(1)) }

    func undecided(_ times: [Int64], watermark: Int64) -> [Int] { times.indices.filter { times[$0] + gap <= watermark } }

    func forEachPartial(_ schema: Schema, _ body: (Batch) throws -> Void) rethrows { try panes.forEachPartial(schema, body) }

    /// A row is late when its own session would have ended, unless it belongs to one that is open.
    func lateRows(_ panes: [Int64], _ times: [Int64], _ keys: [Column], watermark: Int64) -> [Int] {
        let old = undecided(times, watermark: watermark)
        if old.isEmpty { return [] }
        let rows = old.map { Int32($0) }
        let keys = keys.map { $0.gather(rows) }
        var isOpen = [Bool](repeating: false, count: old.count)
        let touched = Set(old.flatMap { row in [panes[row] - 1, panes[row], panes[row] + 1] })
        for pane in touched {
            guard let store = self.panes[pane] else { continue }
            let found = store.find(keys, rowCount: old.count)
            let span = store.span
            for (index, group) in found.enumerated() where group >= 0 && abs(panes[old[index]] - pane) <= 1 {
                let time = times[old[index]]
                if time > span.first[Int(group)] - gap, time < span.last[Int(group)] + gap { isOpen[index] = true }
            }
        }
        return old.indices.filter { !isOpen[$0] }.map { old[$0] }
    }

    func close(after earlier: Int64, through watermark: Int64, rejects: inout [Reject]) -> [Batch] {
        for pane in gone.keys { dropGone(of: pane) }
        let numbers = panes.numbers
        // A session of a younger pane cannot have ended.
        let candidates = numbers.filter { ($0 + 1) * gap <= watermark || watermark == .max }
        if candidates.isEmpty { return [] }
        var links: [Int64: [Int32]] = [:]
        for pane in candidates { links[pane] = self.links(from: pane) }
        let ended = self.ended(candidates, links, watermark)
        let result = GroupStore(sessionLayout)
        var heads: [Int64: [Int64]] = [:]
        for pane in candidates {
            guard let store = panes[pane] else { continue }
            let starts = self.starts(of: pane, store, heads[pane])
            if let next = panes[pane + 1], let links = links[pane] {
                var following = [Int64](repeating: .min, count: next.count)
                for (group, target) in links.enumerated() where target >= 0 { following[Int(target)] = starts[group] }
                heads[pane + 1] = following
            }
            hand(over: ended[pane] ?? [], of: pane, store, starts, to: result)
        }
        if watermark < .max { noteClosings(result) }
        return output(result, &rejects)
    }

    /// For each group of a pane, the group of the next pane that goes on with its session; -1: none.
    private func links(from pane: Int64) -> [Int32] {
        guard let store = panes[pane] else { return [] }
        guard let next = panes[pane + 1] else { return [Int32](repeating: -1, count: store.count) }
        let found = next.find(store.keys, rowCount: store.count)
        let (span, nextSpan) = (store.span, next.span)
        return found.enumerated().map { group, target in
            target >= 0 && nextSpan.first[Int(target)] - span.last[group] < gap ? target : -1
        }
    }

    /// For each group of a pane, whether its session has ended.
    private func ended(_ candidates: [Int64], _ links: [Int64: [Int32]], _ watermark: Int64) -> [Int64: [Bool]] {
        var ended: [Int64: [Bool]] = [:]
        for pane in candidates.reversed() {
            guard let store = panes[pane], let links = links[pane] else { continue }
            let span = store.span
            ended[pane] = links.enumerated().map { group, target in
                target >= 0 ? ended[pane + 1]?[Int(target)] ?? false : span.last[group] + gap <= watermark
            }
        }
        return ended
    }

    /// For each group of a pane, when its session began.
    private func starts(of pane: Int64, _ store: GroupStore, _ heads: [Int64]?) -> [Int64] {
        let span = store.span
        return (0..<store.count).map { group in
            guard let head = heads?[group], head != .min else { return span.first[group] }
            return head
        }
    }

    /// Moves the groups whose session has ended out of the pane.
    private func hand(over ended: [Bool], of pane: Int64, _ store: GroupStore, _ starts: [Int64], to result: GroupStore) {
        let leaving = ended.indices.filter { ended[$0] }.map { Int32($0) }
        if leaving.isEmpty { return }
        let partial = store.partial(of: leaving)
        var columns = partial.columns
        columns.insert(.integers(leaving.map { starts[Int($0)] }), at: keyCount)
        result.absorb(Batch(sessionLayout.partialSchema, columns, rowCount: leaving.count))
        let staying = ended.indices.filter { !ended[$0] }.map { Int32($0) }
        guard !staying.isEmpty else { return panes[pane] = nil }
        let rest = GroupStore(layout)
        rest.absorb(store.partial(of: staying))
        panes[pane] = rest
    }

    private func output(_ result: GroupStore, _ rejects: inout [Reject]) -> [Batch] {
        guard result.count > 0 else { return [] }
        let (columns, count, errors) = result.finish(inOrder: false)
        let span = result.span
        let stamps = [span.first, span.last.map { $0 + gap }].enumerated().map { Column(outputSchema.fields[$0].type, .int64($1)) }
        let batch = Batch(outputSchema, stamps + columns[..<keyCount] + columns[(keyCount + 2)...], rowCount: count)
        let order = (0..<Int32(count)).sorted { (span.last[Int($0)], span.first[Int($0)]) < (span.last[Int($1)], span.first[Int($1)]) }
        let (kept, failed) = batch.separating(errors)
        rejects.append(contentsOf: failed)
        return kept.rowCount == count ? [kept.gather(order)] : kept.rowCount > 0 ? [kept] : []
    }

    // MARK: Between runs

    /// The place of a row that says which session was handed on; of others it is not negative.
    private static let closingRow: Int64 = -1

    /// A row that comes late for a session that was handed on, and begins another near it, must not meet that one's values in the files.
    private func noteClosings(_ result: GroupStore) {
        guard result.count > 0 else { return }
        let span = result.span
        let sessions = GroupStore(sessionLayout)
        sessions.take(result.keys, rowCount: result.count, at: 0)
        var start = 0
        sessions.forEachPartial { partial in
            let range = start..<start + partial.rowCount
            start = range.upperBound
            var columns = [.integers(span.last[range].map { cut.pane(of: $0) })] + partial.columns
            columns.remove(at: 1 + keyCount)
            columns[keyCount + 2] = .integers([Int64](repeating: Self.closingRow, count: range.count))
            columns[keyCount + 3] = .integers(Array(span.first[range]))
            columns[keyCount + 4] = .integers(Array(span.last[range]))
            let fields = [Field("pane", .int64)] + layout.partialSchema.fields
            closings.append(Batch(Schema(unchecked: fields), columns, rowCount: range.count))
        }
    }

    func takeClosings() -> [Batch] {
        defer { closings = [] }
        return closings
    }

    /// Takes in which sessions were handed on. What was absorbed before is as it was then.
    private func noteGone(_ closings: Batch) {
        let firsts = closings.columns[keyCount + 3].flattened.integers ?? []
        let lasts = closings.columns[keyCount + 4].flattened.integers ?? []
        var rows: [Int64: [Int32]] = [:]
        for row in firsts.indices {
            for pane in cut.pane(of: firsts[row])...cut.pane(of: lasts[row]) where panes[pane] != nil {
                rows[pane, default: []].append(Int32(truncatingIfNeeded: row))
            }
        }
        for (pane, rows) in rows {
            let keys = closings.columns[1..<(1 + keyCount)].map { $0.gather(rows) }
            let found = panes[pane]?.find(keys, rowCount: rows.count) ?? []
            gone[pane, default: []].formUnion(found.filter { $0 >= 0 })
        }
    }

    /// Takes out groups that were handed on, of panes where values for such groups come again.
    private func dropGone(meeting partial: Batch) {
        var rows: [Int64: [Int32]] = [:]
        for (row, pane) in (partial.columns[0].flattened.integers ?? []).enumerated() where gone[pane] != nil {
            rows[pane, default: []].append(Int32(truncatingIfNeeded: row))
        }
        for (pane, rows) in rows {
            let keys = partial.columns[1..<(1 + keyCount)].map { $0.gather(rows) }
            let found = panes[pane]?.find(keys, rowCount: rows.count) ?? []
            if found.contains(where: { gone[pane]?.contains($0) == true }) { dropGone(of: pane) }
        }
    }

    private func dropGone(of pane: Int64) {
        guard let gone = gone.removeValue(forKey: pane), let store = panes[pane] else { return }
        let staying = (0..<Int32(store.count)).filter { !gone.contains($0) }
        let rest = GroupStore(layout)
        if !staying.isEmpty { rest.absorb(store.partial(of: staying)) }
        panes[pane] = staying.isEmpty ? nil : rest
    }
}

extension GroupStore {
    /// The spans of the groups of sessions, whose first state they are.
    fileprivate var span: SpanState {
        guard let span = firstState as? SpanState else { preconditionFailure("groups of sessions have spans") }
        return span
    }
}
