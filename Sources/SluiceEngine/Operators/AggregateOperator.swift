package import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Groups rows and computes aggregates; gives everything at the end, groups in order of their first row.
package struct AggregateOperator: StepOperator {
    package static var isSerial: Bool { true }
    private let operation: AggregateOperation
    private let outputSchema: Schema
    private let budget: StateBudget
    private let state: GroupedState

    init(_ operation: AggregateOperation, outputSchema: Schema, budget: StateBudget) {
        self.operation = operation
        self.outputSchema = outputSchema
        self.budget = budget
        state = GroupedState(operation)
    }

    /// State for one split, to be absorbed in the order of the splits.
    func emptyState() -> GroupedState { GroupedState(operation) }

    func absorb(_ part: GroupedState) throws {
        state.merge(part)
        try budget.check(state.byteCount)
    }

    package func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        try state.update(batch, rejects: &rejects)
        try budget.check(state.byteCount)
        return []
    }

    package func finish(rejects: inout [Reject]) throws -> [Batch] {
        let (columns, count, errors) = state.finish()
        let (kept, failed) = Batch(outputSchema, columns, rowCount: count).separating(errors)
        rejects.append(contentsOf: failed)
        return stride(from: 0, to: kept.rowCount, by: EngineLimits.outputRows).map { start in
            kept.slice(start..<min(start + EngineLimits.outputRows, kept.rowCount))
        }
    }
}
