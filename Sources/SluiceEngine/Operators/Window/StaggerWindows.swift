import SluiceCore
import SluiceExpressions

/// Windows of one length that begin with the first row of a group that is in none, in the order of time.
///
/// Where a window begins is known once no row before it is expected, so running values are kept by group and time until their window is handed
/// on. Panes are as long as windows; their groups have the time as their last key.
final class StaggerWindows: OpenWindows, @unchecked Sendable {
    let cut: WindowCut
    let layout: GroupLayout
    private let outputSchema: Schema
    private let size: Int64
    private var panes = PaneStores()
    private var closings: [Batch] = []
    /// While values are restored: where the last window of a group that was handed on ended.
    private var ends: (keys: GroupTable, times: [Int64])?

    /// - Parameter makeStates: of the step's aggregates.
    init(size: Int64, keyTypes: [DataType], makeStates: @escaping @Sendable () -> [any AggregateState], outputSchema: Schema) {
        cut = WindowCut(size: size, slide: size)
        self.size = size
        self.outputSchema = outputSchema
        layout = GroupLayout(keyTypes: keyTypes + [.int64], makeStates: makeStates)
    }

    var byteCount: Int { panes.byteCount }
    var oldestPane: Int64? { panes.oldest }
    private var keyCount: Int { layout.keyTypes.count - 1 }

    func absorb(_ partial: Batch, notBefore pane: Int64) {
        // Behind the pane come the keys, the time, and where the first row stood.
        guard let rows = partial.columns[keyCount + 3].flattened.integers, rows.contains(Self.closingRow) else {
            return panes.absorb(partial, layout, notBefore: pane)
        }
        var known = ends ?? (GroupTable(types: Array(layout.keyTypes.dropLast())), [])
        var fresh: [Int32] = []
        let numbers = known.keys.number(Array(partial.columns[1..<(1 + keyCount)]), rowCount: partial.rowCount, fresh: &fresh)
        known.times += [Int64](repeating: .min, count: fresh.count)
        let times = partial.columns[keyCount + 1].flattened.integers ?? []
        for (row, number) in numbers.enumerated() { known.times[Int(number)] = max(known.times[Int(number)], times[row]) }
        ends = known
    }

    func forEachPartial(_ schema: Schema, _ body: (Batch) throws -> Void) rethrows { try panes.forEachPartial(schema, body) }

    func firstEnd(from pane: Int64, after time: Int64) -> Int64 { max((pane * size).clampedAdding(size), time.clampedAdding(1)) }

    /// A row behind the watermark could have begun another window.
    func lateRows(_ panes: [Int64], _ times: [Int64], _ keys: [Column], watermark: Int64) -> [Int] {
        times.indices.filter { times[$0] < watermark }
    }

    func close(after earlier: Int64, through watermark: Int64, rejects: inout [Reject]) -> [Batch] {
        dropRestored()
        let result = GroupStore(layout)
        let groups = GroupTable(types: Array(layout.keyTypes.dropLast()))
        // Where the last window of each group begins.
        var starts: [Int64] = []
        var fresh: [Int32] = []
        for pane in panes.numbers where watermark == .max || pane * size < watermark {
            guard let store = panes[pane] else { continue }
            let keys = store.keys
            let times = keys[keyCount].flattened.integers ?? []
            let numbers = groups.number(Array(keys[..<keyCount]), rowCount: store.count, fresh: &fresh)
            starts += [Int64](repeating: .min, count: fresh.count)
            var leaving: [(group: Int32, start: Int64)] = []
            var staying: [Int32] = []
            for group in times.indices.sorted(by: { times[$0] < times[$1] }) {
                let number = Int(numbers[group])
                if starts[number] == .min || times[group] - starts[number] >= size { starts[number] = times[group] }
                let isOver = starts[number].clampedAdding(size) <= watermark
                if isOver { leaving.append((Int32(group), starts[number])) } else { staying.append(Int32(group)) }
            }
            hand(over: leaving, of: store, to: result)
            panes[pane] = staying.isEmpty ? nil : leaving.isEmpty ? store : self.store(of: staying.sorted(), in: store)
        }
        if watermark < .max { noteClosings(result) }
        return output(result, &rejects)
    }

    /// Moves groups into their windows: their last key becomes the window's start.
    private func hand(over leaving: [(group: Int32, start: Int64)], of store: GroupStore, to result: GroupStore) {
        if leaving.isEmpty { return }
        let partial = store.partial(of: leaving.map(\.group))
        var columns = partial.columns
        columns[keyCount] = .integers(leaving.map(\.start))
        result.absorb(Batch(layout.partialSchema, columns, rowCount: leaving.count))
    }

    private func store(of groups: [Int32], in store: GroupStore) -> GroupStore {
        let rest = GroupStore(layout)
        rest.absorb(store.partial(of: groups))
        return rest
    }

    private func output(_ result: GroupStore, _ rejects: inout [Reject]) -> [Batch] {
        guard result.count > 0 else { return [] }
        let (columns, count, errors) = result.finish(inOrder: false)
        let starts = columns[keyCount].flattened.integers ?? []
        let stamps = [starts, starts.map { $0.clampedAdding(size) }].enumerated().map { Column(outputSchema.fields[$0].type, .int64($1)) }
        let batch = Batch(outputSchema, stamps + columns[..<keyCount] + columns[(keyCount + 1)...], rowCount: count)
        let (kept, failed) = batch.separating(errors)
        rejects.append(contentsOf: failed)
        guard kept.rowCount > 0 else { return [] }
        let times = kept.columns[0].integers ?? []
        return [kept.gather((0..<Int32(kept.rowCount)).sorted { (times[Int($0)], $0) < (times[Int($1)], $1) })]
    }

    // MARK: Between runs

    /// The place of a row that says where a window ended; of others it is not negative.
    private static let closingRow: Int64 = -1

    /// Which rows of a file are in windows that were handed on is not to be seen in them, as a window begins where the one before ended.
    private func noteClosings(_ result: GroupStore) {
        guard result.count > 0 else { return }
        let keys = result.keys
        let ends = (keys[keyCount].flattened.integers ?? []).map { $0.clampedAdding(size) }
        let marks = GroupStore(layout)
        marks.take(Array(keys[..<keyCount]) + [.integers(ends)], rowCount: ends.count, at: 0)
        marks.forEachPartial { partial in
            let panes = (partial.columns[keyCount].flattened.integers ?? []).map { cut.pane(of: $0) }
            var columns = [.integers(panes)] + partial.columns
            columns[keyCount + 3] = .integers([Int64](repeating: Self.closingRow, count: partial.rowCount))
            let fields = [Field("pane", .int64)] + layout.partialSchema.fields
            closings.append(Batch(Schema(unchecked: fields), columns, rowCount: partial.rowCount))
        }
    }

    func takeClosings() -> [Batch] {
        defer { closings = [] }
        return closings
    }

    /// Forgets what was restored of windows that were handed on.
    private func dropRestored() {
        guard let ends else { return }
        self.ends = nil
        for pane in panes.numbers {
            guard let store = panes[pane] else { continue }
            let times = store.keys[keyCount].flattened.integers ?? []
            let numbers =
                keyCount == 0
                ? [Int32](repeating: 0, count: store.count) : ends.keys.find(Array(store.keys[..<keyCount]), rowCount: store.count)
            let kept = times.indices.filter { numbers[$0] < 0 || times[$0] >= ends.times[Int(numbers[$0])] }.map { Int32($0) }
            if kept.count == times.count { continue }
            panes[pane] = kept.isEmpty ? nil : self.store(of: kept, in: store)
        }
    }
}
