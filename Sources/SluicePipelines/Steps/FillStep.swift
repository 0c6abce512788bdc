package import SluiceCore
import SluiceExpressions

/// `fill: {channel: "'unknown'"}`
package struct FillStep: StepDefinition {
    package static let manual = StepManual(
        key: "fill", summary: "Puts the value of an expression where a column is null; the column keeps its type.",
        arguments: .mapping(key: "column", .expression, minimum: 1),
        notes: ["A text is an expression in quotes of its own: `\"'none'\"`."],
        examples: ["- fill:\n    channel: \"'unknown'\"\n    quantity: 0"])

    package let location: SourceLocation?
    private let columns: [NamedExpression]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        columns = try NamedExpression.list(from: node)
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var projection = ProjectionBuilder(passing: input)
        var errors = ErrorCollector()
        for column in columns {
            try errors.attempt { projection.set(column.name, try filled(column, input)) }
        }
        try errors.throwIfAny()
        return try projection.plan(columns.map { "\($0.name) = \($0.argument.text)" }.joined(separator: ", "))
    }

    private func filled(_ column: NamedExpression, _ input: Schema) throws(SluiceError) -> BoundExpression {
        let position = try ColumnArgument(name: column.name, location: column.location).position(in: input)
        let type = input.fields[position].type
        let value = try column.argument.bind(to: input)
        guard Self.canFill(type, with: value.type) else {
            throw SluiceError(
                .typeError, "column \"\(column.name)\" has the type \(type) and cannot be filled with a value of the type \(value.type)",
                at: column.argument.node.location, remedy: advice(type, column.argument.text))
        }
        let name = QuotedName.of(column.name)
        let text = "CAST(COALESCE(\(name), CAST(\(column.argument.text) AS \(type))) AS \(type))"
        do throws(ExpressionError) {
            return try Expression(parsing: text).bind(to: input)
        } catch {
            throw SluiceError(error.code, error.message, at: column.argument.node.location, remedy: error.remedy)
        }
    }

    /// Whether a value keeps its meaning in the column's type; that it fits is checked value by value.
    private static func canFill(_ type: DataType, with value: DataType) -> Bool {
        if type == value || value == .null { return true }
        if type.isFloat { return value.isNumeric }
        if type.isDecimal { return value.isInteger || value.isDecimal }
        return type.isInteger && value.isInteger
    }

    private func advice(_ type: DataType, _ text: String) -> String {
        type == .string ? "put the text in quotes: \"'\(text)'\"" : "cast the column first, or the value: CAST(\(text) AS \(type))"
    }
}
