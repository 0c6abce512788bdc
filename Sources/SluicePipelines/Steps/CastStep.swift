package import SluiceCore
import SluiceExpressions

/// `cast: {amount: "decimal(12,2)"}`
package struct CastStep: StepDefinition {
    package static let manual = StepManual(
        key: "cast", summary: "Changes the types of columns in place; a value that does not fit is a bad record.",
        arguments: .mapping(key: "column", .dataType, minimum: 1),
        notes: ["Null instead of a bad record: `derive: {quantity: TRY_CAST(quantity AS int32)}`."],
        examples: ["- cast:\n    amount: decimal(12,2)\n    ordered_at: timestamptz"])

    package let location: SourceLocation?
    private let columns: [(column: ColumnArgument, type: DataType, typeLocation: SourceLocation?)]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        columns = try node.mapping().map { entry in
            (ColumnArgument(name: entry.key, location: entry.keyLocation), try entry.value.dataType(), entry.value.location)
        }
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var projection = ProjectionBuilder(passing: input)
        var errors = ErrorCollector()
        for (column, type, place) in columns {
            try errors.attempt {
                let position = try column.position(in: input)
                if input.fields[position].type == type { return }
                projection.set(column.name, try Self.cast(column.name, to: type, input, at: place))
            }
        }
        try errors.throwIfAny()
        return try projection.plan(columns.map { "\($0.column.name) as \($0.type)" }.joined(separator: ", "))
    }

    private static func cast(_ name: String, to type: DataType, _ input: Schema, at place: SourceLocation?) throws(SluiceError)
        -> BoundExpression
    {
        do throws(ExpressionError) {
            return try Expression(parsing: "CAST(\(QuotedName.of(name)) AS \(type))").bind(to: input)
        } catch {
            throw SluiceError(error.code, error.message, at: place, remedy: error.remedy)
        }
    }
}

/// A column's name as an expression writes it, whatever is in it.
enum QuotedName {
    static func of(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }
}
