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
        let value: BoundExpression
        do {
            value = try column.argument.bind(to: input)
        } catch {
            throw quotesAdvice(error, column, type)
        }
        // A literal takes the column's type beside it: 0.5 is exact for decimals, '2024-01-01' a date. The line ends a comment of the text.
        let name = QuotedName.of(column.name)
        let filled = "COALESCE(\(name), \(column.argument.text)\n)"
        let cast = "CAST(\(filled) AS \(type))"
        guard let common = try? Expression(parsing: filled).bind(to: input), Self.isOneKind(common.type, type),
            let bound = try? Expression(parsing: cast).bind(to: input)
        else {
            throw SluiceError(
                .typeError, "column \"\(column.name)\" has the type \(type) and cannot be filled with a value of the type \(value.type)",
                at: column.argument.node.location, remedy: advice(type, column.argument.text))
        }
        return bound
    }

    /// Whether values keep their meaning in the column's type; that each fits is checked value by value.
    private static func isOneKind(_ type: DataType, _ column: DataType) -> Bool {
        type == column || type.isInteger && column.isInteger || type.isDecimal && column.isDecimal || type.isFloat && column.isFloat
    }

    private func advice(_ type: DataType, _ text: String) -> String {
        type == .string ? "put the text in quotes: \"'\(text)'\"" : "cast the column first, or the value: CAST(\(text) AS \(type))"
    }

    /// A text without quotes of its own is read as a column's name.
    private func quotesAdvice(_ error: SluiceError, _ column: NamedExpression, _ type: DataType) -> SluiceError {
        guard error.code == .unknownColumn, type == .string, let word = column.argument.expression.soleColumn else { return error }
        var advised = error
        advised.remedy = [error.remedy, "a text needs quotes of its own: \"'\(word)'\""].compactMap(\.self).joined(separator: "; ")
        return advised
    }
}
