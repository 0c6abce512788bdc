package import SluiceCore

/// Which plans can be run piece by piece, with the same result as in one go.
package enum IncrementalRules {
    /// - Throws: `notIncremental`, placed, for the first thing that needs all of the input at once.
    package static func check(_ plan: LogicalPlan) throws(SluiceError) {
        let definition = plan.definition
        guard plan.source.source is any IncrementalSource else {
            throw refusal("the source cannot tell what is new", at: definition.source.location, "run it without `incremental`")
        }
        if let stream = plan.stream {
            throw refusal(
                "records that go through a stream first are read to their end", at: stream.location,
                "write them to the stream with one pipeline, and read it with another")
        }
        guard !plan.sink.replacesEarlierOutput else {
            throw refusal(
                "the sink replaces the output of earlier runs, which holds the rows that are not read again", at: definition.sink.location,
                "add `mode: append` to the sink")
        }
        for step in plan.steps {
            guard let reason = step.operation.reasonAgainstPieces else { continue }
            throw refusal("step \"\(step.name)\" \(reason.fact)", at: step.location, reason.remedy)
        }
    }

    private static func refusal(_ fact: String, at location: SourceLocation?, _ remedy: String) -> SluiceError {
        SluiceError(.notIncremental, "this pipeline cannot be run piece by piece: \(fact)", at: location, remedy: remedy)
    }
}

extension LogicalOperation {
    /// Why the operation needs all rows at once, and what does its work piece by piece; nil where it does not.
    fileprivate var reasonAgainstPieces: (fact: String, remedy: String)? {
        let whole = "or run it over the whole input, without `incremental`"
        switch self {
        case .filter, .project, .closure, .window, .mask, .sample(.share), .assert, .deduplicateWithin, .exec: return nil
        case .sample(.every): return ("counts the rows of the whole input", "take a `share`, \(whole)")
        case .limit: return ("counts the rows of the whole input", "leave it out, \(whole)")
        case .sort: return ("needs the last row before it hands on the first", "leave it out, \(whole)")
        case .union: return ("would add the rows of its other source to every piece", "read both with one pattern, \(whole)")
        case .deduplicate: return ("compares with all earlier rows", "give it a `within` and a `time`, \(whole)")
        case .aggregate: return ("has no result before the last row", "use `window`, which has one for each piece of time, \(whole)")
        case .join(let join):
            guard join.kind == .right || join.kind == .full else { return nil }
            return ("would hand on the table's unmatched rows with every piece", "join by `left` or `inner`, \(whole)")
        }
    }
}

extension SluiceError.Code {
    /// What was kept belongs to other steps, or to another source.
    package static let stateMismatch = Self("state-mismatch", .definition)
    package static let notIncremental = Self("not-incremental", .definition)
}
