package import SluiceCore
import SluiceExpressions

/// `flatten: [actor, repo]`
package struct FlattenStep: StepDefinition {
    package static let manual = StepManual(
        key: "flatten", summary: "Makes columns of the parts of structs, and of structs inside them.",
        arguments: .either([
            .oneOrMany(.column),
            .object([
                OptionSpecification("columns", .oneOrMany(.column), "The structs; all when absent.", examples: ["[actor, repo]"]),
                OptionSpecification("separator", .string, default: "_", "Stands between the names of a struct and its part."),
            ]),
        ]),
        notes: ["The new columns take the struct's place. A part of a null struct is null. Lists stay: `explode` them first."],
        examples: ["- flatten: actor", "- flatten: {columns: [actor, repo], separator: \".\"}", "- flatten: {}"])

    package let location: SourceLocation?
    private let columns: [ColumnArgument]?
    private let separator: String

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        let listed = node.isMapping ? node[key: "columns"] : node
        columns = try listed.map { try ColumnArgument.list($0.oneOrMany()) }
        separator = node.isMapping ? try node[key: "separator"]?.string() ?? "_" : "_"
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var errors = ErrorCollector()
        var flattened: Set<String> = []
        for column in columns ?? [] where !context.unreadInputs.contains(column.name) {
            try errors.attempt {
                let field = input.fields[try column.position(in: input)]
                guard case .structure = field.type else {
                    throw SluiceError(
                        .typeError, "column \"\(field.name)\" has the type \(field.type), which has no parts", at: column.location,
                        remedy: "flatten takes structs; `explode` makes rows of a list")
                }
                flattened.insert(field.name)
            }
        }
        try errors.throwIfAny()
        var projection = ProjectionBuilder(over: input)
        for (position, field) in input.fields.enumerated() {
            if case .structure(let parts) = field.type, columns == nil || flattened.contains(field.name) {
                try append(parts, of: QuotedName.of(field.name), named: field.name, to: &projection, context)
            } else {
                try requireNew(field.name, in: projection)
                projection.append(position, as: field.name)
            }
        }
        return try projection.plan(columns?.map(\.name).joined(separator: ", ") ?? "all structs")
    }

    private func append(
        _ parts: [Field], of path: String, named name: String, to projection: inout ProjectionBuilder, _ context: PlanContext
    ) throws {
        for part in parts {
            let partPath = "\(path).\(QuotedName.of(part.name))"
            let partName = name + separator + part.name
            if case .structure(let inner) = part.type {
                try append(inner, of: partPath, named: partName, to: &projection, context)
            } else if !context.unreadOutputs.contains(partName) {
                try requireNew(partName, in: projection)
                projection.set(partName, try Expression(parsing: partPath).bind(to: projection.input))
            }
        }
    }

    private func requireNew(_ name: String, in projection: ProjectionBuilder) throws(SluiceError) {
        guard projection.contains(name) else { return }
        throw SluiceError(
            .duplicateColumn, "the result would have two columns \(name.quotedForMessage)", at: location,
            remedy: "choose another `separator`, or rename one of the columns before")
    }
}
