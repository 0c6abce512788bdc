package import SluiceCore

/// Which plans can be run over a range of the past, unit by unit.
package enum BackfillRules {
    /// - Parameter appends: Whether rows are added; otherwise the units' partitions are replaced.
    /// - Returns: What a person should know of steps that see one unit at a time.
    /// - Throws: `noBackfill`, placed, with what helps.
    package static func check(_ plan: LogicalPlan, appends: Bool) throws(SluiceError) -> [String] {
        let definition = plan.definition
        guard plan.source.source is any BackfillSource else {
            throw refusal(
                "its source \(definition.source.connector) cannot be cut by time", at: definition.source.location,
                "backfills read files, tables of the catalog, embedded streams, and tables of databases by a cursor")
        }
        if let stream = plan.stream {
            throw refusal(
                "its records go through a stream first", at: stream.location,
                "write them to the stream with one pipeline, and read it with another")
        }
        guard plan.outputs.count == 1 else {
            throw refusal(
                "it has several sinks", at: definition.sink.location, "backfill a definition with one of them")
        }
        guard plan.sink is any BackfillSink else {
            throw refusal(
                "its sink \(definition.sink.connector) cannot replace a part of what it holds, nor tell twice from once",
                at: definition.sink.location, "write to files or to a table")
        }
        guard plan.sink.merge == nil else {
            throw refusal(
                "its sink merges rows by their keys, and has no parts that could be replaced", at: definition.sink.location,
                "run it over files of the range, which changes the rows of their keys only")
        }
        var notices: [String] = []
        for (index, step) in plan.steps.enumerated() {
            let earlier = plan.steps[..<index].map(\.operation)
            if let reason = reason(against: step.operation, behind: earlier, appends: appends) {
                throw refusal("step \"\(step.name)\" \(reason.fact)", at: step.location, reason.remedy)
            }
            if step.operation.keepsRows {
                notices.append("step \"\(step.name)\" sees one unit at a time: rows of different units do not meet")
            }
        }
        return notices
    }

    private static func reason(
        against operation: LogicalOperation, behind earlier: [LogicalOperation], appends: Bool
    ) -> (fact: String, remedy: String)? {
        switch operation {
        case .sort: return nil
        case .sample(.every): return ("counts the rows of the whole input", "take a `share`, or run the pipeline over its whole input")
        case .aggregate, .deduplicate:
            return appends ? ("would give a result for each unit", "replace partitions, without --append") : nil
        default: break
        }
        if let reason = operation.reasonAgainstPieces(behind: earlier) {
            return (reason.fact, "leave it out, or run the pipeline over its whole input")
        }
        guard appends, operation.keepsRows else { return nil }
        return ("would gather the rows of each unit by themselves", "replace partitions, without --append")
    }

    private static func refusal(_ fact: String, at location: SourceLocation?, _ remedy: String) -> SluiceError {
        SluiceError(.noBackfill, "this pipeline cannot be backfilled: \(fact)", at: location, remedy: remedy)
    }
}

extension LogicalOperation {
    /// Whether what becomes of a row depends on other rows.
    package var keepsRows: Bool {
        switch self {
        case .filter, .project, .closure, .mask, .sample, .assert, .exec, .union, .limit, .sort: false
        case .quality(let quality): quality.window != nil
        case .join(let join): join.interval != nil
        case .relationalize: numbersRows
        case .history, .window, .aggregate, .deduplicate, .deduplicateWithin: true
        }
    }
}
