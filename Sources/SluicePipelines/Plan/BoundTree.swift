package import SluiceCore
import SluiceExpressions

/// A definition's steps and outputs, bound to the schemas that reach them: the steps of all rows, then a branch for each output.
struct BoundTree {
    /// One output, with its steps.
    struct Branch {
        /// Nil for the definition's `sink`.
        var name: String?
        var role: PlannedOutput.Role
        var input: Schema
        var steps: [Planner.BoundStep]
        var end: EndDefinition
        var output: Schema { steps.last?.output ?? input }

        var condition: BoundExpression? { if case .route(let condition, _) = role { condition } else { nil } }
        var isSide: Bool { if case .side = role { true } else { false } }
        /// Whether it is the definition's `sink`, which has no steps of its own.
        var isAll: Bool { if case .all = role { true } else { false } }
    }

    private let definition: PipelineDefinition
    let trunk: [Planner.BoundStep]
    /// The `sink`, or routes, and then side outputs.
    private(set) var branches: [Branch] = []

    var allSteps: [Planner.BoundStep] { trunk + branches.flatMap(\.steps) }

    /// Binds everything to all columns that the source offers.
    init(_ definition: PipelineDefinition, _ source: Schema, in context: PlanContext) async throws {
        self.definition = definition
        trunk = try await Planner.bind(definition.steps, to: source, in: context)
        let whole = trunk.last?.output ?? source
        if !definition.outputs.contains(where: { !$0.isSide }) {
            branches.append(Branch(role: .all, input: whole, steps: [], end: definition.sink))
        }
        for output in definition.outputs where !output.isSide {
            let steps = try await Planner.bind(output.steps, to: whole, of: output.name, in: context)
            branches.append(Branch(name: output.name, role: try Self.role(output, whole), input: whole, steps: steps, end: output.sink))
        }
        try await addSides { output, rows, _ in try await Planner.bind(output.steps, to: rows, of: output.name, in: context) }
    }

    private init(_ definition: PipelineDefinition, trunk: [Planner.BoundStep]) {
        self.definition = definition
        self.trunk = trunk
    }

    /// The same, over the columns that are read.
    func narrowed(to source: Schema, _ needs: TreeNeeds, in context: PlanContext) async throws -> BoundTree {
        let steps = try await Planner.rebind(definition.steps, trunk, needs.trunk, source, in: context)
        var tree = BoundTree(definition, trunk: steps)
        let whole = steps.last?.output ?? source
        for (index, branch) in branches.enumerated() where !branch.isSide {
            var narrowed = branch
            narrowed.input = whole
            if let output = definition.outputs.first(where: { $0.name == branch.name }) {
                narrowed.role = try Self.role(output, whole)
                narrowed.steps = try await Planner.rebind(
                    output.steps, branch.steps, needs.branches[index], whole, of: output.name, in: context)
            }
            tree.branches.append(narrowed)
        }
        try await tree.addSides { output, rows, index in
            try await Planner.rebind(
                output.steps, branches[index].steps, needs.branches[index], rows, of: output.name, in: context)
        }
        return tree
    }

    private static func role(_ output: OutputDefinition, _ schema: Schema) throws -> PlannedOutput.Role {
        switch output.role {
        case .route(let when): .route(when: try when?.bindPredicate(to: schema), text: when?.text)
        case .otherwise: .otherwise
        case .side: .side
        }
    }

    /// Side outputs get rows that reach the step which names them, or rows that it makes.
    private mutating func addSides(
        _ bind: (_ output: OutputDefinition, _ rows: Schema, _ index: Int) async throws -> [Planner.BoundStep]
    ) async throws {
        let sides = allSteps.flatMap { step in step.sides.map { ($0.name, $0.rows, step.planned[0]) } }
        let known = definition.outputs.filter(\.isSide)
        for (name, _, step) in sides where !known.contains(where: { $0.name == name }) {
            throw SluiceError(
                .unknownOutput, "there is no side output \(name.quotedForMessage)", at: step.location,
                remedy: Suggestion.remedy(for: name, in: known.map(\.name), noun: "side outputs")
                    ?? "add `side_outputs: {\(name): {sink: …}}` to the definition")
        }
        for output in known {
            let rows = sides.filter { $0.0 == output.name }.map(\.1)
            guard let schema = rows.first else {
                throw SluiceError(
                    .unknownOutput, "no step puts rows aside for \(output.name.quotedForMessage)", at: output.location,
                    remedy: "name it in a step, for example `late: {output: \(output.name)}` in `window`, or leave it out")
            }
            let makers = allSteps.flatMap(\.planned).filter { $0.operation.putsAside(output.name) }
            if makers.count > 1, let maker = makers.first(where: { $0.operation.numbersRows }) {
                throw SluiceError(
                    .unknownOutput, "several steps put rows aside for \(output.name.quotedForMessage), with numbers of their own",
                    at: maker.location, remedy: "give each step a side output of its own, under `tables`")
            }
            guard rows.allSatisfy({ $0 == schema }) else {
                throw SluiceError(
                    .unknownOutput, "steps put rows with different columns aside for \(output.name.quotedForMessage)", at: output.location,
                    remedy: "give each step a side output of its own")
            }
            let steps = try await bind(output, schema, branches.count)
            if let nested = steps.flatMap(\.sides).first {
                throw SluiceError(
                    .unknownOutput, "steps of a side output cannot put rows aside for \(nested.name.quotedForMessage)", at: output.location,
                    remedy: "let late rows be dead letters, and take rows apart before they are put aside")
            }
            branches.append(Branch(name: output.name, role: .side, input: schema, steps: steps, end: output.sink))
        }
    }
}

/// Which columns somebody reads, at every edge of a tree.
struct TreeNeeds {
    let trunk: ColumnNeeds
    /// Of each branch.
    let branches: [ColumnNeeds]
    /// What is read inside columns of the source.
    let nested: NestedNeeds

    /// Columns of the source.
    var columns: Set<String> { trunk.source }

    init(_ tree: BoundTree) {
        var sides: [String: Set<String>] = [:]
        var nestedSides: [String: NestedNeeds] = [:]
        for branch in tree.branches where branch.isSide {
            guard let name = branch.name else { continue }
            sides[name] = ColumnNeeds(steps: branch.steps, needed: Set(branch.output.names)).source
            nestedSides[name] = NestedNeeds(steps: branch.steps, needed: NestedNeeds.whole(branch.output))
        }
        branches = tree.branches.map { ColumnNeeds(steps: $0.steps, needed: Set($0.output.names), sides: sides) }
        var columns: Set<String> = []
        var inside = NestedNeeds(steps: [], needed: [:])
        for (branch, needs) in zip(tree.branches, branches) where !branch.isSide {
            columns.formUnion(needs.source)
            inside.merge(NestedNeeds(steps: branch.steps, needed: NestedNeeds.whole(branch.output), sides: nestedSides))
            guard let condition = branch.condition else { continue }
            columns.formUnion(condition.columns.map { branch.input.fields[$0].name })
            inside.merge(condition, of: branch.input)
        }
        trunk = ColumnNeeds(steps: tree.trunk, needed: columns, sides: sides)
        nested = NestedNeeds(steps: tree.trunk, needed: inside.source, sides: nestedSides)
    }
}

extension SluiceError.Code {
    package static let unknownOutput = Self("unknown-output", .definition)
}
