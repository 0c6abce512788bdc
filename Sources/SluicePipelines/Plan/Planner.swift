import SluiceCore

/// From a definition to a plan that was checked against the real schemas.
package enum Planner {
    /// Opens the ends, binds every step, and asks the source only for the columns that somebody reads.
    ///
    /// Reads what inference of the sources needs; writes nothing.
    /// - Throws: `SluiceError` or `DefinitionErrors`, placed in the definition or in the data.
    package static func plan(_ definition: PipelineDefinition, in context: PlanContext) async throws -> LogicalPlan {
        let opened = try await context.open(definition.source, for: context.backfill)
        let offered = opened.source.schema
        let first = try await BoundTree(definition, offered, in: context)
        try checkStreamKey(definition.stream, offered)
        var sinks = try await openSinks(first, reading: opened.source, in: context)

        let needs = TreeNeeds(first)
        var columns = needs.columns.union([definition.stream?.key].compactMap(\.self))
        // Something must say how many rows there are.
        if columns.isEmpty, let name = offered.names.first { columns = [name] }
        let source = try opened.narrowed(needs.nested, isStreamed: definition.stream != nil).planned(offered.names.filter(columns.contains))
        let bound = source.schema == offered ? first : try await first.narrowed(to: source.schema, needs, in: context)
        // What a sink does with rows knows columns by their places.
        for (index, branch) in bound.branches.enumerated() where branch.output != first.branches[index].output {
            sinks[index] = try OpenedSink(sinks[index].sink, branch)
        }
        var plan = LogicalPlan(
            definition: definition, source: source, stream: definition.stream,
            steps: bound.trunk.flatMap(\.planned) + (bound.branches[0].isAll ? sinks[0].merging : []), sink: sinks[0].sink,
            outputSchema: bound.trunk.last?.output ?? source.schema, notices: notices(source, bound.allSteps))
        plan.routeMatch = definition.routeMatch
        plan.connectors = context.connectors
        plan.letterPlace = try context.letterPlace(definition)
        plan.outputs = zip(bound.branches, sinks).map { branch, opened in
            PlannedOutput(
                name: branch.name, role: branch.role, inputSchema: branch.input,
                steps: branch.steps.flatMap(\.planned) + (branch.isAll ? [] : opened.merging), sink: opened.sink,
                outputSchema: opened.merging.last?.outputSchema ?? branch.output, end: branch.end)
        }
        try JoinRules.check(plan, isFollowed: definition.isIncremental)
        try QualityOperation.requireDifferentNames(plan.allSteps)
        if definition.isIncremental { try IncrementalRules.check(plan) }
        try plan.checkNumbering()
        return Optimizer.optimized(plan)
    }

    private static func openSinks(_ tree: BoundTree, reading source: any Source, in context: PlanContext) async throws -> [OpenedSink] {
        var sinks: [OpenedSink] = []
        var places: [String: String] = [:]
        for branch in tree.branches {
            let sink = try await context.openSink(branch.end, of: branch.name)
            do {
                let opened = try OpenedSink(sink, branch)
                sinks.append(opened)
                try sink.check(opened.merging.last?.outputSchema ?? branch.output)
                for source in [source] + tree.allSteps.flatMap(\.otherSources) { try sink.check(reading: source) }
                let label = branch.name ?? "sink"
                for path in sink.stagingPaths(run: "") {
                    guard let other = places.updateValue(label, forKey: path) else { continue }
                    throw SluiceError(
                        .invalidOption, "\(label.quotedForMessage) and \(other.quotedForMessage) write to the same place",
                        remedy: "give each a place of its own, or let one output take the rows of both")
                }
            } catch let error as SluiceError {
                throw error.located(at: branch.end.location)
            }
        }
        return sinks
    }

    /// A sink, and what it does with rows that it has, as steps behind those of the definition.
    private struct OpenedSink {
        var sink: any Sink
        var merging: [PlannedStep] = []

        init(_ sink: any Sink, _ branch: BoundTree.Branch) throws {
            self.sink = sink
            if let contract = try sink.contract(for: branch.output) {
                add("contract", try ContractPlanner(contract, input: branch.output).plan(), branch)
            }
            let input = merging.last?.outputSchema ?? branch.output
            if let merge = sink.merge {
                add("merge", try MergePlanner(merge, input: input).plan(), branch)
            } else {
                let required = try sink.requiredColumns(of: input)
                if required.isEmpty { return }
                let operation = try AssertOperation(presenceOf: required, in: input)
                add(
                    "required",
                    [
                        StepPlan(
                            operation: .assert(operation), outputSchema: input,
                            summary: "rows have what the sink requires: " + required.joined(separator: ", "))
                    ], branch)
            }
        }

        private mutating func add(_ noun: String, _ plans: [StepPlan], _ branch: BoundTree.Branch) {
            let name = (branch.name.map { $0 + ": " } ?? "") + noun
            merging += plans.enumerated().map { part, plan in
                var step = PlannedStep(
                    name: part == 0 ? name : "\(name) (\(part + 1))", operation: plan.operation, outputSchema: plan.outputSchema,
                    summary: plan.summary, location: branch.end.location)
                step.isOfSink = true
                return step
            }
        }
    }

    private static func checkStreamKey(_ stream: StreamDefinition?, _ schema: Schema) throws(SluiceError) {
        guard let stream, let key = stream.key else { return }
        do {
            _ = try schema.require(key)
        } catch {
            var placed = error.located(at: stream.location)
            placed.message = "the stream's key is an \(error.message) of the source"
            throw placed
        }
    }

    private static func notices(_ source: PlannedSource, _ steps: [BoundStep]) -> [String] {
        var notices = source.source.notices
        for step in steps.flatMap(\.planned) {
            switch step.operation {
            case .union(let operation): notices += operation.other.source.notices
            case .join(let operation): notices += operation.table.source.notices
            case .quality(let operation): notices += operation.references.flatMap(\.source.source.notices)
            default: break
            }
        }
        var seen: Set<String> = []
        return notices.filter { seen.insert($0).inserted }
    }
}
