extension LogicalPlan {
    /// Sources beside the first that a run piece by piece goes through as it does through that: those of joins within a time, and of unions.
    package var followed: [(step: Int, source: PlannedSource)] {
        steps.enumerated().compactMap { index, step in step.isOfSink ? nil : step.operation.followedSource.map { (index, $0) } }
    }

    /// All sources that a run over the whole input reads.
    package var wholeSources: [any Source] {
        [source.source]
            + allSteps.compactMap { step -> (any Source)? in
                switch step.operation {
                case .union(let union): union.other.source
                case .join(let join): join.table.source
                default: nil
                }
            }
    }

    /// The plan with parts of its sources in place of these.
    ///
    /// - Parameter others: By the index of their step.
    package func reading(_ source: any Source, _ others: [Int: any Source]) -> LogicalPlan {
        var copy = self
        copy.source.source = source
        for (index, other) in others { copy.steps[index].operation.replaceFollowed(by: other) }
        return copy
    }
}

extension LogicalOperation {
    package var followedSource: PlannedSource? {
        switch self {
        case .union(let union): union.other
        case .join(let join): join.interval == nil ? nil : join.table
        default: nil
        }
    }

    fileprivate mutating func replaceFollowed(by source: any Source) {
        switch self {
        case .union(var union):
            union.other.source = source
            self = .union(union)
        case .join(var join):
            join.table.source = source
            self = .join(join)
        default: preconditionFailure("the step follows no source of its own")
        }
    }
}
