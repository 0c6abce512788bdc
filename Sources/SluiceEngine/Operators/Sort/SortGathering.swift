package import SluiceCore
package import SluicePipelines

/// Sorts rows, equal ones by where they stood in the input: each worker makes sorted runs, which are merged in the end; on disk where memory
/// does not do. With a limit only so many rows of each run are kept.
package struct SortGathering: GatheringOperator {
    private let plan: SortPlan

    package init(_ keys: [SortKey], schema: Schema, limit: Int? = nil, resources: OperatorResources) {
        plan = SortPlan(keys: keys, schema: schema, limit: limit, resources: resources)
    }

    package func makePart() -> any GatheringPart { SortPart(plan) }

    package func combine(_ parts: [any GatheringPart]) throws -> GatheredResult {
        var runs: [SortedRun] = []
        var shares: [MemoryShare] = []
        for case let part as SortPart in parts {
            runs += try part.finish()
            shares.append(part.share)
        }
        while runs.count > OperatorLimits.mergedRuns {
            let some = Array(runs.prefix(OperatorLimits.mergedRuns))
            runs.removeFirst(some.count)
            let file = try plan.resources.spill.makeFile()
            var extents: [SpillExtent] = []
            let merge = RunMerge(some.map { RunRange(run: $0) }, plan, shares: shares)
            while let batch = try merge.nextPlaced() { extents.append(try file.append(batch)) }
            runs.append(.spilled(SpilledChunks(file: file, extents: extents, schema: plan.placedSchema)))
        }
        let ranges = plan.limit == nil ? RunRanges(runs, plan)?.ranges() : nil
        return GatheredResult(
            streams: (ranges ?? [runs.map { RunRange(run: $0) }]).map { RunMerge($0, plan, shares: shares) })
    }
}

/// What all parts of a sort share.
struct SortPlan: Sendable {
    let schema: Schema
    /// The schema with the place of each row behind it.
    let placedSchema: Schema
    /// The keys, and behind them the place, so that no two rows are equal.
    let keys: [SortKey]
    let limit: Int?
    let resources: OperatorResources

    init(keys: [SortKey], schema: Schema, limit: Int?, resources: OperatorResources) {
        self.schema = schema
        self.limit = limit
        self.resources = resources
        let taken = Set(schema.names)
        // Names do not matter here, but must differ.
        let names = (0...).lazy.map { "place\($0)" }.filter { !taken.contains($0) }.prefix(2)
        placedSchema = Schema(unchecked: schema.fields + names.map { Field($0, .int64) })
        let places = [schema.count, schema.count + 1].map { SortKey(column: $0, isDescending: false, nullsFirst: false) }
        self.keys = keys + places
    }

    /// Keys without the place.
    var keyCount: Int { keys.count - 2 }

    /// The order of a batch with places.
    func words(_ batch: Batch) -> SortWords { SortWords(batch.columns, keys) }

    /// The batch with places.
    func placed(_ batch: Batch, at position: BatchPosition, base: Int64) -> Batch {
        let positions = [Int64](repeating: Int64(bitPattern: position.rawValue), count: batch.rowCount)
        let rows = (0..<batch.rowCount).map { base + Int64($0) }
        return Batch(placedSchema, batch.columns + [.integers(positions), .integers(rows)], rowCount: batch.rowCount)
    }

    /// The rows of batches in order, cut into chunks; no more than the limit.
    func sorted(_ batches: [Batch]) -> [Batch] {
        let rowCount = batches.reduce(0) { $0 + $1.rowCount }
        let columns = keys.map { key in Column.concatenated(batches.map { $0.columns[key.column] }) }
        let renumbered = keys.enumerated().map { SortKey(column: $0, isDescending: $1.isDescending, nullsFirst: $1.nullsFirst) }
        let words = SortWords(columns, renumbered)
        var order = RowSorter.order(words, rowCount: rowCount)
        if let limit, order.count > limit { order.removeLast(order.count - limit) }
        var places: [(piece: Int, row: Int32)] = []
        places.reserveCapacity(rowCount)
        for (piece, batch) in batches.enumerated() {
            for row in 0..<batch.rowCount { places.append((piece, Int32(truncatingIfNeeded: row))) }
        }
        return stride(from: 0, to: order.count, by: OperatorLimits.runChunkRows).map { start in
            var picks = RowPicks(pieceCount: batches.count)
            for row in order[start..<min(start + OperatorLimits.runChunkRows, order.count)] {
                picks.append(row: places[Int(row)].row, of: places[Int(row)].piece)
            }
            return Batch.picked(batches, picks, schema: placedSchema)
        }
    }
}

/// Rows in order, in memory or on disk.
enum SortedRun: Sendable {
    case held([Batch])
    case spilled(SpilledChunks)

    var chunkCount: Int {
        switch self {
        case .held(let chunks): chunks.count
        case .spilled(let chunks): chunks.extents.count
        }
    }

    func chunk(_ index: Int) throws -> Batch {
        switch self {
        case .held(let chunks): chunks[index]
        case .spilled(let chunks): try chunks.read(index)
        }
    }
}

/// The runs of one worker.
final class SortPart: GatheringPart, @unchecked Sendable {
    private let plan: SortPlan
    let share: MemoryShare
    private var pending: [Batch] = []
    private var pendingBytes = 0
    private var pendingRows = 0
    private var runs: [SortedRun] = []
    private var heldBytes = 0
    private var file: SpillFile?
    private var places = RowPlaces()
    /// With a limit: the first key's word of the last row that is among the first so far. Greater ones cannot come in.
    private var threshold: UInt64?

    init(_ plan: SortPlan) {
        self.plan = plan
        share = MemoryShare(plan.resources.budget)
    }

    func take(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws {
        if plan.limit == 0 { return }
        let placed = reachable(plan.placed(batch, at: position, base: places.base(of: position, rowCount: batch.rowCount)))
        if placed.rowCount == 0 { return }
        pending.append(placed)
        pendingBytes += placed.byteCount
        pendingRows += placed.rowCount
        if let limit = plan.limit, pendingRows >= max(2 * limit, OperatorLimits.leastTopRows) { return try keepFirst() }
        // A run is held twice while it is sorted.
        let isPaid = share.resize(to: heldBytes + 2 * pendingBytes)
        if !isPaid || pendingBytes >= OperatorLimits.runBytes { try makeRun(spilling: !isPaid) }
    }

    /// The rows that can still be among the first.
    private func reachable(_ batch: Batch) -> Batch {
        guard let threshold else { return batch }
        let (words, validity) = plan.words(batch).leadingWords(rowCount: batch.rowCount)
        var kept = Bitmap(words.lazy.map { $0 <= threshold })
        if let validity { kept = kept | ~validity }
        return batch.filter(kept)
    }

    /// Sorts what is pending and keeps only the first rows of it.
    private func keepFirst() throws {
        let chunks = plan.sorted(takePending())
        pending = chunks
        pendingRows = chunks.reduce(0) { $0 + $1.rowCount }
        pendingBytes = chunks.reduce(0) { $0 + $1.byteCount }
        if let last = chunks.last, pendingRows == plan.limit {
            let (words, validity) = plan.words(last).leadingWords(rowCount: last.rowCount)
            if validity?[last.rowCount - 1] ?? true { threshold = words[last.rowCount - 1] }
        }
        if !share.resize(to: heldBytes + 2 * pendingBytes) { try makeRun(spilling: true) }
    }

    /// What is pending, in the order of the input: equal rows are in order then, and need no look at their places.
    private func takePending() -> [Batch] {
        defer { pending = [] }
        return pending.sorted { a, b in a.place < b.place }
    }

    private func makeRun(spilling: Bool) throws {
        if pendingRows > 0 {
            let chunks = plan.sorted(takePending())
            runs.append(.held(chunks))
            heldBytes += chunks.reduce(0) { $0 + $1.byteCount }
            (pendingRows, pendingBytes) = (0, 0)
        }
        if spilling || !share.resize(to: heldBytes) { try spill() }
    }

    /// Puts all runs that are in memory on disk.
    private func spill() throws {
        let file = try file ?? plan.resources.spill.makeFile()
        self.file = file
        for (index, run) in runs.enumerated() {
            guard case .held(let chunks) = run else { continue }
            let extents = try chunks.map { try file.append($0) }
            runs[index] = .spilled(SpilledChunks(file: file, extents: extents, schema: plan.placedSchema))
        }
        heldBytes = 0
        _ = share.resize(to: 0)
    }

    /// All runs. The share covers those in memory.
    func finish() throws -> [SortedRun] {
        if pendingRows > 0 { try makeRun(spilling: false) }
        return runs
    }
}

extension Batch {
    /// Where the first row of a batch with places stands.
    fileprivate var place: (Int64, Int64) {
        guard rowCount > 0, case .int64(let positions) = columns[columns.count - 2].storage,
            case .int64(let rows) = columns[columns.count - 1].storage
        else { return (0, 0) }
        return (positions[0], rows[0])
    }
}
