import SluiceCore
import SluiceExpressions
import SluicePipelines

/// A partition of an as-of join whose table is taken block by block: the rows of the input go past each block and carry the best row that they
/// found so far with them, from one file to the next.
final class AsOfBlocks: JoinBlocks, @unchecked Sendable {
    private let plan: JoinPlan
    private var table: ChunkReader
    /// The input, then the input with candidates.
    private var input: ChunkReader
    private var block: JoinTable?
    private var carriesCandidates = false
    private var file: SpillFile?
    private var extents: [SpillExtent] = []

    init(_ plan: JoinPlan, table: [SpilledChunks], input: [SpilledChunks]) {
        self.plan = plan
        self.table = ChunkReader(table)
        self.input = ChunkReader(input)
    }

    /// The input's columns and the table's.
    private var carriedSchema: Schema { Schema(unchecked: plan.inputSchema.fields + plan.tableSchema.fields) }

    func next() throws -> Batch? {
        while !table.isAtEnd || block != nil {
            if block == nil { block = try table.block(plan) }
            guard let batch = try input.read() else {
                endBlock()
                continue
            }
            let carried = improved(batch)
            let file = try file ?? plan.resources.spill.makeFile()
            self.file = file
            extents.append(try file.append(carried))
        }
        while let batch = try input.read() {
            if let output = result(batch) { return output }
        }
        return nil
    }

    private func endBlock() {
        block = nil
        carriesCandidates = true
        let chunks = file.map { SpilledChunks(file: $0, extents: extents, schema: carriedSchema) }
        input = ChunkReader(chunks.map { [$0] } ?? [])
        file = nil
        extents = []
    }

    /// The rows with the better of the candidate that they carry and the one that the block has.
    private func improved(_ batch: Batch) -> Batch {
        guard let block, let asOf = plan.asOf else { return batch }
        let inputCount = plan.inputSchema.count
        let rows = block.single(batch, block.find(batch)) ?? []
        var candidates = block.candidates(JoinedRows(rows))
        if carriesCandidates {
            let before = Array(batch.columns[inputCount...])
            let (held, offered) = (RowPlaceColumns(before), RowPlaceColumns(candidates))
            let isReplaced = type(of: block.search).replaced(
                asOf, batch.columns[asOf.inputColumn], before[asOf.tableColumn], by: candidates[asOf.tableColumn]
            ) { held[$0] < offered[$0] }
            let count = Int32(batch.rowCount)
            let places = isReplaced.enumerated().map { Int32($0) + ($1 ? count : 0) }
            candidates = zip(before, candidates).map { Column.concatenated([$0, $1]).gather(places) }
        }
        return Batch(carriedSchema, Array(batch.columns.prefix(inputCount)) + candidates, rowCount: batch.rowCount)
    }

    /// What rows with their last candidate become.
    private func result(_ batch: Batch) -> Batch? {
        let columns = Array(batch.columns.prefix(plan.inputSchema.count))
        let candidates = batch.columns[plan.inputSchema.count...]
        let found = candidates[plan.inputSchema.count + plan.asOf!.tableColumn].explicitValidity
        let added = plan.tableColumns.map { candidates[plan.inputSchema.count + $0] }
        let all = Batch(plan.outputSchema, columns + added, rowCount: batch.rowCount)
        let kept =
            switch plan.kind {
            case .inner, .semi: all.filter(found)
            case .anti: all.filter(~found)
            default: all
            }
        return kept.rowCount == 0 ? nil : kept
    }
}
