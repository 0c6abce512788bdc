import SluiceCore
import SluicePipelines

/// A partition whose table is taken block by block: for each block all of the input goes past it.
final class TableBlocks: JoinBlocks, @unchecked Sendable {
    private let plan: JoinPlan
    private var table: ChunkReader
    private var input: ChunkReader
    private var block: JoinTable?
    /// Whether the block is all of the table, so that it says which rows of the input have no match.
    private var isWhole = false
    private var hasBegun = false
    private var probe: JoinProbe?
    private var unmatched: UnmatchedRows?
    /// Rows of the input that had a match in one of the blocks, by chunk; a bit a row.
    private var matched: [Bitmap?]
    private let share: MemoryShare

    init(_ plan: JoinPlan, table: [SpilledChunks], input: [SpilledChunks]) {
        self.plan = plan
        self.table = ChunkReader(table)
        self.input = ChunkReader(input)
        matched = Array(repeating: nil, count: self.input.count)
        share = MemoryShare(plan.resources.budget)
    }

    /// For a table that is in memory.
    convenience init(_ plan: JoinPlan, _ table: JoinTable, input: [SpilledChunks]) {
        self.init(plan, table: [], input: input)
        begin(table, isWhole: true)
    }

    func next() throws -> Batch? {
        while true {
            if let output = probe?.next() ?? unmatched?.next() { return output }
            unmatched = nil
            if block == nil, !isWhole, let block = try table.block(plan) {
                begin(block, isWhole: table.isAtEnd && !hasBegun)
            }
            let place = input.next
            guard let batch = try input.read() else {
                guard block != nil else { return nil }
                endBlock()
                continue
            }
            if let output = pass(batch, place) { return output }
        }
    }

    private func begin(_ block: JoinTable, isWhole: Bool) {
        hasBegun = true
        self.block = block
        self.isWhole = isWhole
        probe = JoinProbe(block, kind: isWhole || !plan.kind.addsColumns ? nil : .inner)
    }

    /// All of the input went past the block. Behind the last block it goes past once more for what had no match.
    private func endBlock() {
        if plan.kind.keepsTable, let block, let marks = probe?.marks { unmatched = UnmatchedRows(block, marks) }
        block = nil
        probe = nil
        if !isWhole { input.rewind() }
    }

    private func pass(_ batch: Batch, _ place: Int) -> Batch? {
        guard let block, let probe else {
            guard let found = matched[place] else { return plan.unmatched(batch) }
            let others = batch.filter(~found)
            return others.rowCount == 0 ? nil : plan.unmatched(others)
        }
        if isWhole || plan.kind == .inner || plan.kind == .right {
            probe.take(batch)
            return nil
        }
        let found = Bitmap(positive: block.find(batch))
        let before = note(found, place)
        if plan.kind.addsColumns { probe.take(batch) }
        guard plan.kind == .semi else { return nil }
        let fresh = batch.filter(before.map { found & ~$0 } ?? found)
        return fresh.rowCount == 0 ? nil : fresh.with(plan.outputSchema, fresh.columns)
    }

    /// Adds to the rows of a chunk that had a match, and returns those known before.
    private func note(_ found: Bitmap, _ place: Int) -> Bitmap? {
        let before = matched[place]
        if before == nil { share.force(to: share.bytes + found.words.count * 8) }
        matched[place] = before.map { $0 | found } ?? found
        return before
    }
}
