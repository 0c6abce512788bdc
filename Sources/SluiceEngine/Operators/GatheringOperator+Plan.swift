import SluiceCore
import SluicePipelines

extension LogicalOperation {
    /// The operator of a step that needs all rows; nil for steps that do not.
    ///
    /// - Parameters:
    ///   - schema: of the step's output; sorting and deduplicating pass their input's on.
    ///   - next: the step behind it; a sort in front of a limit keeps only so many rows.
    ///   - state: what a window goes on with, in an epoch of a run.
    ///   - side: takes rows that a window puts aside, where it does.
    func gatheringOperator(
        outputSchema schema: Schema, next: LogicalOperation? = nil, resources: OperatorResources, state: WindowState? = nil,
        epoch: EpochContext? = nil, side: SideRows? = nil
    ) -> (any GatheringOperator)? {
        switch self {
        case .sort(let keys): SortGathering(keys, schema: schema, limit: next?.rowLimit, resources: resources)
        case .deduplicate(let keys, let keep, let order):
            DeduplicateGathering(keys: keys, keep: keep, order: order, schema: schema, resources: resources)
        case .aggregate(let operation): AggregateGathering(operation, outputSchema: schema, resources: resources)
        case .window(let operation):
            operation.isOfTime
                ? WindowGathering(
                    operation, outputSchema: schema, state: state, epoch: epoch, side: side, resources: resources)
                : nil
        default: nil
        }
    }

    /// How many rows a limit lets pass; nil for other steps.
    private var rowLimit: Int? {
        if case .limit(let count) = self { count } else { nil }
    }
}
