import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Windows of so many rows of a group, in the order in which they come: the open one of each group, which is what is kept between epochs.
///
/// A group's windows are numbered; the numbers are the last key of what is held. What an epoch keeps of a group takes the place of what earlier
/// ones kept of it. Owned by one task at a time.
final class CountedWindows: StepState, @unchecked Sendable {
    let operation: WindowOperation
    let size: Int
    private let layout: GroupLayout
    let outputSchema: Schema
    private var groups: GroupTable
    /// By group: rows of all its windows, and the epoch that kept it last.
    private var totals: [Int] = []
    private var keptIn: [Int64] = []
    private var store: GroupStore
    /// Whether a window of the store was handed on.
    private var isDone: [Bool] = []
    private var doneCount = 0
    /// Groups that have changed in the epoch at work.
    private var changed: Set<Int32> = []
    private var restored: [Batch] = []
    private var restoredBytes = 0
    /// As the facts that were restored have it.
    private(set) var oldestRestored = Int64.max
    var changes: StateFileWriter?
    var stored: [StoredRows] = []
    /// What the windows may take in memory.
    let limitBytes: Int
    /// What there is to know of windows that are on disk; nil where all are in memory.
    var beyond: Beyond?
    /// Whether groups that change are noted, though no file of an epoch asks for them.
    var notesChanges = false
    /// It has none: which rows make a window does not depend on time.
    let watermark = Watermark(delay: 0, idle: .max)

    /// Windows in the files of epochs, or of a run over a whole input, which has none, in a place of their own.
    struct Beyond {
        /// A file with rows that were kept in an earlier epoch than this is out of date.
        var oldest: Int64
        var aside: KeyedSpill?
    }

    init(_ operation: WindowOperation, size: Int, outputSchema: Schema, limitBytes: Int = EngineLimits.stateBytes) {
        self.limitBytes = limitBytes
        self.operation = operation
        self.size = size
        self.outputSchema = outputSchema
        let (keyTypes, aggregates) = (operation.groups.groups.map(\.type), operation.groups.aggregates)
        layout = GroupLayout(keyTypes: keyTypes + [.int64]) { [SpanState()] + aggregates.map { $0.makePlainState() } }
        groups = GroupTable(types: keyTypes)
        store = GroupStore(layout)
    }

    var byteCount: Int { groups.byteCount + totals.capacity * 16 + store.byteCount }
    var keyCount: Int { layout.keyTypes.count - 1 }

    /// Takes in rows in their order.
    ///
    /// - Returns: The windows that are full, in the order of their last rows.
    func take(
        _ keys: [Column], _ times: [Int64], _ arguments: [Column?], at position: UInt64, rejects: inout [Reject]
    ) -> Batch? {
        var fresh: [Int32] = []
        let numbers = groups.number(keys, rowCount: times.count, fresh: &fresh)
        grow(by: fresh.count)
        var windows: [Int64] = []
        var last: [Int32] = []
        windows.reserveCapacity(times.count)
        for (row, number) in numbers.enumerated() {
            windows.append(Int64(totals[Int(number)] / size))
            totals[Int(number)] += 1
            if totals[Int(number)] % size == 0 { last.append(Int32(row)) }
            if changes != nil || notesChanges { changed.insert(number) }
        }
        let all = keys + [.integers(windows)]
        store.take(all, [.integers(times)] + arguments, rowCount: times.count, at: position)
        isDone += [Bool](repeating: false, count: store.count - isDone.count)
        guard !last.isEmpty else { return nil }
        let full = store.find(all.map { $0.gather(last) }, rowCount: last.count)
        defer { compact() }
        for group in full { isDone[Int(group)] = true }
        doneCount += full.count
        return output(full, &rejects)
    }

    private func grow(by count: Int) {
        totals += [Int](repeating: 0, count: count)
        keptIn += [Int64](repeating: .max, count: count)
    }

    /// All windows that are not full, in the order of their first rows: no more rows will come.
    func drain(rejects: inout [Reject]) -> Batch? {
        let open = (0..<Int32(store.count)).filter { !isDone[Int($0)] }
        return open.isEmpty ? nil : output(open, &rejects)
    }

    private func output(_ windows: [Int32], _ rejects: inout [Reject]) -> Batch? {
        let result = GroupStore(layout)
        result.absorb(store.partial(of: windows))
        let (columns, count, errors) = result.finish(inOrder: false)
        guard let span = result.firstState as? SpanState else { preconditionFailure("windows have spans") }
        let stamps = [span.first, span.last].enumerated().map { Column(outputSchema.fields[$0].type, .int64($1)) }
        let batch = Batch(outputSchema, stamps + columns[..<keyCount] + columns[(keyCount + 2)...], rowCount: count)
        let (kept, failed) = batch.separating(errors)
        rejects.append(contentsOf: failed)
        return kept.rowCount == 0 ? nil : kept
    }

    /// Lets go of windows that were handed on, and of groups without an open one, where these are the most of what is held.
    private func compact() {
        guard doneCount >= EngineLimits.outputRows, doneCount * 2 > store.count, changed.isEmpty else { return }
        let open = (0..<Int32(store.count)).filter { !isDone[Int($0)] }
        let partial = store.partial(of: open)
        let keys = Array(partial.columns[..<keyCount])
        let before = groups
        let (oldTotals, oldKept) = (totals, keptIn)
        let old = keyCount == 0 ? [Int32](repeating: 0, count: open.count) : before.find(keys, rowCount: open.count)
        groups = GroupTable(types: Array(layout.keyTypes.dropLast()))
        var fresh: [Int32] = []
        _ = groups.number(keys, rowCount: open.count, fresh: &fresh)
        totals = old.map { oldTotals[Int($0)] }
        keptIn = old.map { oldKept[Int($0)] }
        store = GroupStore(layout)
        store.absorb(partial)
        isDone = [Bool](repeating: false, count: open.count)
        doneCount = 0
    }

    // MARK: Between runs

    /// The epoch that keeps a group, the rows of its open window (0: none is open), and the window's running values.
    var keptSchema: Schema {
        Schema(
            unchecked: [Field("epoch", .int64, isNullable: false), Field("rows", .int64, isNullable: false)] + layout.partialSchema.fields)
    }

    var signature: StateSignature {
        let values = zip(["the span"] + operation.aggregateTexts, layout.partialRanges).flatMap { text, range in
            range.map { "\(text), part \($0 - range.lowerBound)" }
        }
        return StateSignature(
            "window", operation.keptFacts, keptSchema,
            labels: ["the epoch", "the rows"] + operation.groupTexts.indices.map { "key \($0)" } + ["the window", "the place", "the row"]
                + values)
    }

    /// The epoch that kept the first of the open windows; nil where none is open.
    private var oldestKept: Int64? { totals.indices.lazy.filter { self.totals[$0] % self.size > 0 }.map { self.keptIn[$0] }.min() }

    var facts: StepFacts {
        StepFacts(watermark: watermark, closedThrough: .min, oldest: beyond.map { $0.oldest } ?? oldestKept)
    }

    func wouldMove(now: Int64) -> Bool { false }

    /// Keeps the groups that have changed.
    func endEpoch(_ number: Int) throws {
        guard let changes else { return }
        try forEachChanged(epoch: Int64(number)) { try changes.append($0) }
    }

    /// Groups that have changed since the last call, as they are kept.
    func forEachChanged(epoch: Int64, _ body: (Batch) throws -> Void) throws {
        try forEachKept(changed.sorted(), epoch: epoch, body)
        changed = []
        compact()
    }

    /// All groups with an open window, as they are kept.
    func forEachOpen(_ body: (Batch) throws -> Void) throws {
        let open = totals.indices.filter { totals[$0] % size > 0 }.map { Int32($0) }
        try forEachKept(open, epoch: open.map { keptIn[Int($0)] }.max() ?? 0, body)
    }

    func writeAll(to file: StateFileWriter) throws {
        guard beyond != nil else { return try forEachOpen { try file.append($0) } }
        try writeAllBeyond(to: file)
    }

    private func forEachKept(_ numbers: [Int32], epoch: Int64, _ body: (Batch) throws -> Void) throws {
        for start in stride(from: 0, to: numbers.count, by: EngineLimits.outputRows) {
            let some = Array(numbers[start..<min(start + EngineLimits.outputRows, numbers.count)])
            let keys = groups.keyColumns().map { $0.gather(some) }
            let rows = some.map { Int64(totals[Int($0)] % size) }
            // A group without an open window has a number for it, and no values.
            let windows = some.map { Int64(totals[Int($0)] / size) }
            let values = GroupStore(layout)
            values.take(keys + [.integers(windows)], rowCount: some.count, at: 0)
            let found = store.find(keys + [.integers(windows)], rowCount: some.count).filter { $0 >= 0 }
            if !found.isEmpty { values.absorb(store.partial(of: found)) }
            let columns =
                [.integers([Int64](repeating: epoch, count: some.count)), .integers(rows)]
                + values.partial(of: some.indices.map { Int32($0) }).columns
            try body(Batch(keptSchema, columns, rowCount: some.count))
            for number in some { keptIn[Int(number)] = epoch }
        }
    }

    /// Forgets all groups.
    func forget() {
        groups = GroupTable(types: Array(layout.keyTypes.dropLast()))
        store = GroupStore(layout)
        (totals, keptIn, isDone, doneCount, changed, restored, restoredBytes) = ([], [], [], 0, [], [], 0)
    }

    func restore(_ facts: StepFacts) { oldestRestored = facts.oldest ?? .max }

    func restore(_ rows: Batch) {
        if beyond != nil { return }
        restored.append(rows)
        restoredBytes += rows.byteCount
        guard restoredBytes > limitBytes else { return }
        beyond = Beyond(oldest: oldestRestored)
        forget()
    }

    /// The last that was kept of each group counts.
    func finishRestoring() {
        var latest: [(batch: Int, row: Int32)] = []
        for (index, batch) in restored.enumerated() {
            var fresh: [Int32] = []
            let numbers = groups.number(Array(batch.columns[2..<(2 + keyCount)]), rowCount: batch.rowCount, fresh: &fresh)
            grow(by: fresh.count)
            latest += [(batch: Int, row: Int32)](repeating: (0, 0), count: fresh.count)
            let (epochs, rows) = (batch.columns[0].integers ?? [], batch.columns[1].integers ?? [])
            let windows = batch.columns[2 + keyCount].flattened.integers ?? []
            for (row, number) in numbers.enumerated() {
                latest[Int(number)] = (index, Int32(row))
                totals[Int(number)] = Int(windows[row]) * size + Int(rows[row])
                keptIn[Int(number)] = epochs[row]
            }
        }
        for (index, batch) in restored.enumerated() {
            let rows = latest.indices.filter { latest[$0].batch == index && totals[$0] % size > 0 }.map { latest[$0].row }
            if rows.isEmpty { continue }
            store.absorb(Batch(layout.partialSchema, batch.columns.dropFirst(2).map { $0.gather(rows) }, rowCount: rows.count))
        }
        isDone = [Bool](repeating: false, count: store.count)
        (restored, restoredBytes) = ([], 0)
    }
}
