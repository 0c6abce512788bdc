package import SluiceCore

/// Which joins have an end: of two streams only those whose matches are near in time.
enum JoinRules {
    /// - Throws: `unboundedJoin`, placed, for the first join of streams that would have to keep every row for ever.
    static func check(_ plan: LogicalPlan, isFollowed: Bool) throws(SluiceError) {
        for step in plan.steps {
            guard case .join(let join) = step.operation, join.interval == nil, join.table.source.isEndless else { continue }
            guard isFollowed || plan.source.source.isEndless else { continue }
            throw SluiceError(
                .unboundedJoin,
                "step \"\(step.name)\" joins with a stream without a bound: each row would have to be kept for ever, as its match may come at any time",
                at: step.location,
                remedy:
                    "say how far apart matches may be: `within: 10 minutes` and `time: …`; or write the stream to a table with another pipeline, and join with the table"
            )
        }
    }
}

extension SluiceError.Code {
    package static let unboundedJoin = Self("unbounded-join", .definition)
}
