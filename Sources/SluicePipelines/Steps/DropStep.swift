package import SluiceCore

/// `drop: [year, month]`
package struct DropStep: StepDefinition {
    package static let manual = StepManual(
        key: "drop", summary: "Leaves columns out.", arguments: .oneOrMany(.column),
        examples: ["- drop: [year, month, day]", "- drop: notes"])

    package let location: SourceLocation?
    private let columns: [ColumnArgument]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        columns = try ColumnArgument.list(node.oneOrMany())
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var dropped: Set<Int> = []
        var errors = ErrorCollector()
        for column in columns where !context.unreadInputs.contains(column.name) {
            if let position = try errors.attempt({ try column.position(in: input) }) { dropped.insert(position) }
        }
        try errors.throwIfAny()
        if dropped.count == input.count {
            throw SluiceError(.invalidOption, "no column would be left", at: location, remedy: "keep at least one column")
        }
        var projection = ProjectionBuilder(over: input)
        for (position, field) in input.fields.enumerated() where !dropped.contains(position) { projection.append(position, as: field.name) }
        return try projection.plan(columns.map(\.name).joined(separator: ", "))
    }
}
