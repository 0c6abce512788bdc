package import SluiceCore
package import SluicePipelines

extension LogicalOperation {
    /// The operator of a step that needs all rows; nil for steps that do not.
    ///
    /// - Parameter schema: of the step's output; sorting and deduplicating pass their input's on.
    package func gatheringOperator(outputSchema schema: Schema, resources: OperatorResources) -> (any GatheringOperator)? {
        switch self {
        case .sort(let keys): SortGathering(keys, schema: schema, resources: resources)
        case .deduplicate(let keys, let keep): DeduplicateGathering(keys: keys, keep: keep, schema: schema, resources: resources)
        case .aggregate(let operation): AggregateGathering(operation, outputSchema: schema, resources: resources)
        default: nil
        }
    }
}
