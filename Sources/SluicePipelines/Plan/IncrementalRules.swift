package import SluiceCore

/// Which plans can be run piece by piece, with the same result as in one go.
package enum IncrementalRules {
    /// What rows are wanted for that come beside others.
    package enum Purpose: Sendable {
        /// A run over what is new.
        case run
        /// Dead letters of earlier runs, with what helps where they cannot be replayed.
        case replay(remedy: String)

        fileprivate var refusal: String {
            switch self {
            case .run: "this pipeline cannot be run piece by piece"
            case .replay: "dead letters of this pipeline cannot be replayed"
            }
        }

        /// What helps.
        ///
        /// - Parameter change: What makes a pipeline one that can be run piece by piece. For letters it would be another pipeline.
        fileprivate func remedy(_ change: String) -> String {
            switch self {
            case .run: change
            case .replay(let remedy): remedy
            }
        }
    }

    /// - Throws: `notIncremental`, placed, for the first thing that needs all of the input at once.
    package static func check(_ plan: LogicalPlan) throws(SluiceError) {
        let definition = plan.definition
        guard let source = plan.source.source as? any IncrementalSource else {
            throw refusal("the source cannot tell what is new", at: definition.source.location, "run it without `incremental`")
        }
        do throws(SluiceError) {
            try source.checkIncremental()
        } catch {
            throw error.located(at: definition.source.location)
        }
        if let stream = plan.stream {
            throw refusal(
                "records that go through a stream first are read to their end", at: stream.location,
                "write them to the stream with one pipeline, and read it with another")
        }
        try checkSteps(plan, for: .run)
    }

    /// - Throws: As `check`, for sinks and steps alone.
    package static func checkSteps(_ plan: LogicalPlan, for purpose: Purpose) throws(SluiceError) {
        for output in plan.outputs where output.sink.replacesEarlierOutput {
            let name = output.name.map { "the sink of \($0.quotedForMessage)" } ?? "the sink"
            throw refusal(
                "\(name) replaces the output of earlier runs, which holds the rows that are not read again", at: output.end.location,
                "add `mode: append` to the sink", purpose)
        }
        try JoinRules.check(plan, isFollowed: true)
        let steps = plan.allSteps
        for (index, step) in steps.enumerated() where !step.isOfSink {
            if index >= plan.steps.count, step.operation.followedSource != nil {
                throw refusal(
                    "step \"\(step.name)\" follows a second source for one output", at: step.location, "put it before the routes", purpose)
            }
            guard let reason = step.operation.reasonAgainstPieces(behind: steps[..<index].map(\.operation)) else { continue }
            throw refusal(
                "step \"\(step.name)\" \(reason.fact)", at: step.location,
                "\(reason.remedy), or run it over the whole input, without `incremental`", purpose)
        }
    }

    private static func refusal(
        _ fact: String, at location: SourceLocation?, _ remedy: String, _ purpose: Purpose = .run
    ) -> SluiceError {
        SluiceError(.notIncremental, "\(purpose.refusal): \(fact)", at: location, remedy: purpose.remedy(remedy))
    }
}

extension LogicalOperation {
    /// Why the operation needs all rows at once, and what does its work piece by piece; nil where it does not.
    ///
    /// - Parameter earlier: The operations before it.
    func reasonAgainstPieces(behind earlier: [LogicalOperation]) -> (fact: String, remedy: String)? {
        switch self {
        case .filter, .project, .closure, .window, .mask, .sample, .assert, .quality, .deduplicateWithin, .exec, .history, .relationalize:
            return nil
        case .limit: return ("counts the rows of the whole input", "leave it out")
        case .sort: return ("needs the last row before it hands on the first", "leave it out")
        case .union(let union):
            guard union.other.source is any IncrementalSource else {
                return ("adds a source that cannot tell what is new", "leave it out")
            }
            guard let step = earlier.first(where: \.holdsRowsBack) else { return nil }
            return ("adds rows behind the step \(step.name), which keeps rows until others have come", "put it first")
        case .deduplicate: return ("compares with all earlier rows", "give it a `within` and a `time`")
        case .aggregate: return ("has no result before the last row", "use `window`, which has one for each piece of time")
        case .join(let join):
            if join.interval != nil {
                if join.table.source is any IncrementalSource { return nil }
                return ("joins with a source that cannot tell what is new", "join with files or a stream")
            }
            guard join.kind == .right || join.kind == .full else { return nil }
            return ("would hand on the table's unmatched rows with every piece", "join by `left` or `inner`")
        }
    }
}

extension LogicalOperation {
    /// Whether rows leave the operation later than they came, or all through one task.
    private var holdsRowsBack: Bool {
        switch self {
        case .window, .deduplicateWithin, .sample(.every), .limit: true
        case .join(let join): join.interval != nil
        case .relationalize: numbersRows
        default: false
        }
    }
}

extension SluiceError.Code {
    /// What was kept belongs to other steps, or to another source.
    package static let stateMismatch = Self("state-mismatch", .definition)
    package static let notIncremental = Self("not-incremental", .definition)
}
