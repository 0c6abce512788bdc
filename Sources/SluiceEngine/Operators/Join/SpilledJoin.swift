import SluiceCore
import SluicePipelines

/// A join whose table went to disk, spread by the hash of its keys: the input goes there, too, and what belongs together is joined partition by
/// partition when all of it is there (a Grace hash join).
struct SpilledJoin: ProbingOperator {
    private let plan: JoinPlan
    /// For each partition what the parts wrote.
    private let tables: [[SpilledChunks]]

    init(_ plan: JoinPlan, tables: [[SpilledChunks]]) {
        self.plan = plan
        self.tables = tables
    }

    func makePart() -> any ProbingPart { SpilledJoinPart(plan) }

    func combine(_ parts: [any ProbingPart]) throws -> GatheredResult {
        let inputs = parts.compactMap { ($0 as? SpilledJoinPart)?.rows }
        for rows in inputs { try rows.spill() }
        let streams = tables.indices.compactMap { partition in
            SpilledJoinStream(plan, table: tables[partition], input: inputs.compactMap { $0.chunks(of: partition) }, level: 1)
        }
        return GatheredResult(streams: streams)
    }
}

/// One worker's rows of the input.
private final class SpilledJoinPart: ProbingPart, @unchecked Sendable {
    private let plan: JoinPlan
    let rows: SpillingRows

    init(_ plan: JoinPlan) {
        self.plan = plan
        rows = SpillingRows(plan.inputSchema, keys: plan.inputKeys, plan.resources, limit: OperatorLimits.heldInputBytes)
    }

    func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch] {
        let columns = plan.inputMatchColumns.map { batch.columns[$0] }
        guard let matchable = JoinPlan.matchable(columns, isAsOf: plan.asOf != nil) else {
            try keep(batch)
            return []
        }
        let kept = batch.filter(matchable)
        if kept.rowCount > 0 { try keep(kept) }
        let others = batch.filter(~matchable)
        return others.rowCount == 0 ? [] : plan.unmatched(others).map { [$0] } ?? []
    }

    private func keep(_ batch: Batch) throws {
        rows.take(batch.with(plan.inputSchema, batch.columns))
        try rows.settle()
    }
}

extension JoinPlan {
    /// What rows of the input without a match become; nil: nothing.
    func unmatched(_ batch: Batch) -> Batch? {
        switch kind {
        case .left, .full:
            let added = tableColumns.map { Column.nulls(tableSchema.fields[$0].type, count: batch.rowCount) }
            return batch.with(outputSchema, batch.columns + added)
        case .anti: return batch.with(outputSchema, batch.columns)
        case .inner, .right, .semi: return nil
        }
    }
}

/// One partition of both sides: joined in memory where the table's rows fit, spread by further bits of the hash where they do not, and block by
/// block where that does not help, because most rows have one key.
private final class SpilledJoinStream: BatchStream, @unchecked Sendable {
    private let plan: JoinPlan
    private let level: Int
    private var table: [SpilledChunks]
    private var input: [SpilledChunks]
    private var isLoaded = false
    private var inner: [SpilledJoinStream] = []
    private var blocks: (any JoinBlocks)?

    /// - Parameter level: how many looks at the hash were taken so far.
    /// - Returns: nil where nothing can come of it.
    init?(_ plan: JoinPlan, table: [SpilledChunks], input: [SpilledChunks], level: Int) {
        if table.isEmpty, input.isEmpty || !(plan.kind.keepsInput || plan.kind == .anti) { return nil }
        if input.isEmpty, !plan.kind.keepsTable { return nil }
        self.plan = plan
        self.level = level
        self.table = table
        self.input = input
    }

    func next(rejects: inout [Reject]) throws -> Batch? {
        if !isLoaded {
            try load()
            isLoaded = true
        }
        if let blocks {
            if let batch = try blocks.next() { return batch }
            self.blocks = nil
        }
        while let stream = inner.last {
            if let batch = try stream.next(rejects: &rejects) { return batch }
            inner.removeLast()
        }
        return nil
    }

    private func load() throws {
        defer { (table, input) = ([], []) }
        let rows = SpillingRows(plan.tableSchema, keys: plan.tableKeys, plan.resources, level: level)
        for chunks in table { try take(chunks, rows) }
        if !rows.hasSpilled, let loaded = loadedTable(rows) {
            blocks = TableBlocks(plan, loaded, input: input)
            return
        }
        if level < OperatorLimits.levels {
            try rows.spill()
            if !rows.isOnePartition { return try spread(rows) }
        }
        blocks = plan.asOf == nil ? TableBlocks(plan, table: table, input: input) : AsOfBlocks(plan, table: table, input: input)
    }

    private func loadedTable(_ rows: SpillingRows) -> JoinTable? {
        let share = MemoryShare(plan.resources.budget)
        let index = JoinTable.estimatedIndexBytes(plan, rowCount: rows.rowCount, bytes: rows.byteCount)
        guard share.resize(to: index) || rows.byteCount <= OperatorLimits.leastBytes else { return nil }
        share.force(to: index + rows.byteCount)
        var batches = rows.release().map(\.batch)
        return JoinTable(spilled: &batches, plan, share)
    }

    private func spread(_ rows: SpillingRows) throws {
        let probes = SpillingRows(
            plan.inputSchema, keys: plan.inputKeys, plan.resources, level: level, limit: OperatorLimits.heldInputBytes)
        for chunks in input { try take(chunks, probes) }
        try probes.spill()
        inner = (0..<OperatorLimits.partitions).compactMap { partition in
            SpilledJoinStream(
                plan, table: rows.chunks(of: partition).map { [$0] } ?? [], input: probes.chunks(of: partition).map { [$0] } ?? [],
                level: level + 1)
        }
    }

    private func take(_ chunks: SpilledChunks, _ rows: SpillingRows) throws {
        try chunks.forEach { batch in
            try Task.checkCancellation()
            rows.take(batch)
            try rows.settle()
        }
    }
}

/// Joins a partition by parts of its table that fit into memory, one after another.
protocol JoinBlocks: AnyObject, Sendable {
    func next() throws -> Batch?
}

/// Reads chunks of one side of a partition one by one, as often as wanted.
struct ChunkReader {
    private let chunks: [(file: SpilledChunks, index: Int)]
    private(set) var next = 0

    init(_ chunks: [SpilledChunks]) {
        self.chunks = chunks.flatMap { chunks in chunks.extents.indices.map { (chunks, $0) } }
    }

    var count: Int { chunks.count }
    var isAtEnd: Bool { next == chunks.count }

    mutating func read() throws -> Batch? {
        try Task.checkCancellation()
        guard next < chunks.count else { return nil }
        defer { next += 1 }
        return try chunks[next].file.read(chunks[next].index)
    }

    mutating func rewind() { next = 0 }
}

extension ChunkReader {
    /// The next part of a table, as much as there is room for; at least a chunk.
    mutating func block(_ plan: JoinPlan) throws -> JoinTable? {
        let share = MemoryShare(plan.resources.budget)
        var batches: [Batch] = []
        var (bytes, rows) = (0, 0)
        while !isAtEnd {
            let (more, count) = size
            let needed = bytes + more + JoinTable.estimatedIndexBytes(plan, rowCount: rows + count, bytes: bytes + more)
            let isSmall = needed <= OperatorLimits.leastBytes || batches.isEmpty
            let isTooLarge = bytes + more > OperatorLimits.mostBytes || rows + count > OperatorLimits.tableRows
            if isTooLarge || !share.resize(to: needed) {
                guard isSmall else { break }
                share.force(to: needed)
            }
            if let batch = try read() { batches.append(batch) }
            (bytes, rows) = (bytes + more, rows + count)
        }
        return batches.isEmpty ? nil : JoinTable(spilled: &batches, plan, share)
    }

    /// Bytes and rows of the next chunk.
    private var size: (bytes: Int, rows: Int) {
        let extent = chunks[next].file.extents[chunks[next].index]
        return (extent.length, extent.rowCount)
    }
}
