package import SluiceCatalog
package import SluiceCore
package import SluiceExpressions

/// One of the ends of a plan: which rows it gets, what happens to them, and where they go.
package struct PlannedOutput: Sendable {
    /// Which rows reach it.
    package enum Role: Sendable {
        /// All that leave the steps: the definition's `sink`.
        case all
        /// Those for which the condition is true, or all of them.
        case route(when: BoundExpression?, text: String?)
        /// Those that no route took.
        case otherwise
        /// Those that a step puts aside.
        case side
    }

    /// Nil for the definition's `sink`.
    package var name: String?
    package var role: Role
    /// Of the rows that reach it.
    package var inputSchema: Schema
    package var steps: [PlannedStep]
    package var sink: any Sink
    /// Of the rows that reach the sink.
    package var outputSchema: Schema
    /// What the definition says about the sink.
    package var end: EndDefinition

    package init(
        name: String? = nil, role: Role = .all, inputSchema: Schema, steps: [PlannedStep] = [], sink: any Sink, outputSchema: Schema,
        end: EndDefinition
    ) {
        self.name = name
        self.role = role
        self.inputSchema = inputSchema
        self.steps = steps
        self.sink = sink
        self.outputSchema = outputSchema
        self.end = end
    }

    package var isSide: Bool { if case .side = role { true } else { false } }
    /// The name, for counts and messages.
    package var label: String { name ?? "sink" }
}

extension LogicalPlan {
    /// The end that all rows behind the steps go to; with routes the first one.
    package var sink: any Sink {
        get { outputs[0].sink }
        set { outputs[0].sink = newValue }
    }

    /// Of the rows that reach `sink`.
    package var outputSchema: Schema {
        get { outputs[0].outputSchema }
        set { outputs[0].outputSchema = newValue }
    }

    package var hasRoutes: Bool { outputs[0].name != nil }

    /// The steps that all rows go through, then those of each output.
    package var allSteps: [PlannedStep] { steps + outputs.flatMap(\.steps) }

    /// Where an output's steps begin in `allSteps`.
    package func firstStep(ofOutput index: Int) -> Int { steps.count + outputs[..<index].reduce(0) { $0 + $1.steps.count } }

    /// Where a run will stage what all outputs write.
    package func stagingPaths(run: String) -> [String] { outputs.flatMap { $0.sink.stagingPaths(run: run) } }

    /// What the one commit of a run, or of a part of it, must record and make visible for all outputs.
    ///
    /// - Parameters:
    ///   - needsRows: Leaves out outputs that got none, in place of writing them anew.
    ///   - unchanged: Outputs that stay as they are.
    package func commit(
        run: String, staged: [StagedFile], needsRows: Bool = false, unchanged: Set<Int> = []
    ) throws -> OutputCommit {
        var all = OutputCommit()
        for (index, output) in outputs.enumerated() where !unchanged.contains(index) {
            let own = staged.filter { $0.output == index }
            if needsRows && own.isEmpty && output.sink.merge == nil { continue }
            let commit = try output.sink.commit(schema: output.outputSchema, run: run, staged: own)
            all.add(commit)
        }
        return all
    }

    /// Ends an abandoned run for all outputs.
    package func discard(run: String) async {
        for output in outputs { await output.sink.discard(run: run) }
    }

    /// One line: what is written where.
    package var target: String {
        outputs.map { output in (output.name.map { "\($0): " } ?? "") + output.sink.summary }.joined(separator: "; ")
    }
}
