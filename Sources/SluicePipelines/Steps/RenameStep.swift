package import SluiceCore

/// `rename: {tailnum: tail_number}`
package struct RenameStep: StepDefinition {
    package static let manual = StepManual(
        key: "rename", summary: "Gives columns other names; their order stays.", arguments: .mapping(key: "old name", .column, minimum: 1),
        notes: ["Two columns can exchange their names."], examples: ["- rename: {tailnum: tail_number, dest: destination}"])

    package let location: SourceLocation?
    private let pairs: [(old: ColumnArgument, new: ColumnArgument)]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        pairs = try node.mapping().map { entry in
            (ColumnArgument(name: entry.key, location: entry.keyLocation), try ColumnArgument(entry.value))
        }
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var names = input.names
        var renamed: [Int: ColumnArgument] = [:]
        var errors = ErrorCollector()
        for pair in pairs where !context.unreadInputs.contains(pair.old.name) {
            guard let position = try errors.attempt({ try pair.old.position(in: input) }) else { continue }
            names[position] = pair.new.name
            renamed[position] = pair.new
        }
        for (position, new) in renamed.sorted(by: { $0.key < $1.key }) where names.filter({ $0 == new.name }).count > 1 {
            let name = new.name.quotedForMessage
            try errors.add(
                SluiceError(
                    .duplicateColumn, "column \(name) exists already (renaming \"\(input.names[position])\")", at: new.location,
                    remedy: "drop or rename the other one first; in a flow, leave it out by `map_all: {except: [\(name)]}`"))
        }
        try errors.throwIfAny()
        var projection = ProjectionBuilder(over: input)
        for (position, name) in names.enumerated() { projection.append(position, as: name) }
        return try projection.plan(pairs.map { "\($0.old.name) -> \($0.new.name)" }.joined(separator: ", "))
    }
}
