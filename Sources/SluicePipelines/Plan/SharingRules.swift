package import SluiceCore

/// Which plans several processes can run together, each with some splits of the source.
package enum SharingRules {
    /// - Throws: `notShared` or `notIncremental`, placed, for the first thing that needs one process.
    package static func check(_ plan: LogicalPlan) throws(SluiceError) {
        try IncrementalRules.check(plan)
        let definition = plan.definition
        guard plan.source.source is any SharedSource else {
            throw refusal(
                "its source \(definition.source.connector) has no shards that can be leased", at: definition.source.location,
                "read an embedded stream, or run it in one process, which uses all cores")
        }
        if let other = plan.followed.first {
            throw refusal(
                "step \"\(plan.steps[other.step].name)\" follows a second source, whose shards are not leased",
                at: plan.steps[other.step].location,
                "run it in one process, which uses all cores")
        }
        for output in plan.outputs where !output.sink.takesWritersOfSeveralProcesses {
            throw refusal(
                "one process at a time writes its sink \(output.end.connector)", at: output.end.location,
                "write to files or to a table, or run it in one process")
        }
        for step in plan.allSteps where step.operation.keepsRows {
            throw refusal(
                "step \"\(step.name)\" keeps rows from one epoch to the next, and those of a shard would stay behind when it is handed over",
                at: step.location,
                "let this pipeline write to a table (mode: append), and a second pipeline in one process read it with the step; "
                    + "or run all of it in one, which uses all cores")
        }
    }

    private static func refusal(_ fact: String, at location: SourceLocation?, _ remedy: String) -> SluiceError {
        SluiceError(.notShared, "this pipeline cannot be shared by several processes: \(fact)", at: location, remedy: remedy)
    }
}

extension SluiceError.Code {
    package static let notShared = Self("not-shared", .definition)
}
