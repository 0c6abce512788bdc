package import SluiceCore
import SluiceExpressions

/// `pivot: {by: [carrier], on: month, values: [1, 2], columns: {flights: count(*)}}`
package struct PivotStep: StepDefinition {
    package static let manual = StepManual(
        key: "pivot", summary: "Makes one row of each group of rows, with columns for each of some values of a column.",
        arguments: .object([
            OptionSpecification("by", .oneOrMany(.column), "Columns whose equal values make a group; without it, all rows are one group."),
            OptionSpecification("on", .column, isRequired: true, "The column whose values become columns.", examples: ["month"]),
            OptionSpecification(
                "values", .oneOrMany(.string), isRequired: true, "These values; rows with others count nowhere.", examples: ["[1, 2, 3]"]),
            OptionSpecification(
                "columns", .mapping(key: "new column", .expression, minimum: 1), isRequired: true,
                "What is computed for each value, as in `aggregate`.", examples: ["{flights: count(*)}"]),
        ]),
        notes: [
            "With one entry under `columns`, the new columns are named after the values; with several, `value_entry`. "
                + "The values are listed, so that the columns are known before a row is read."
        ],
        examples: ["- pivot:\n    by: [carrier]\n    on: month\n    values: [1, 2, 3]\n    columns: {flights: count(*)}"])

    fileprivate struct Cell {
        var name: String
        var location: SourceLocation?
        var call: AggregateCall
        var node: DefinitionNode
    }

    package let location: SourceLocation?
    private let groups: [ColumnArgument]
    private let on: ColumnArgument
    private let values: [(text: String, location: SourceLocation?)]
    private let cells: [Cell]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        groups = try ColumnArgument.list(node[key: "by"]?.oneOrMany() ?? [])
        on = try ColumnArgument(try node.require("on"))
        values = try node.require("values").oneOrMany().map { (try $0.string(), $0.location) }
        var errors = ErrorCollector()
        var cells: [Cell] = []
        for entry in try node.require("columns").mapping() {
            try errors.attempt {
                let text = try entry.value.string()
                do throws(ExpressionError) {
                    let call = try AggregateCall(parsing: text)
                    cells.append(Cell(name: entry.key, location: entry.keyLocation, call: call, node: entry.value))
                } catch {
                    throw ExpressionArgument.placed(error, in: entry.value)
                }
            }
        }
        try errors.throwIfAny()
        self.cells = cells
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var errors = ErrorCollector()
        var fields: [Field] = []
        var operation = AggregateOperation(groups: [], aggregates: [])
        for group in groups {
            try errors.attempt {
                let field = input.fields[try group.position(in: input)]
                fields.append(field)
                operation.groups.append(try Self.expression(QuotedName.of(group.name), input, at: group.location))
            }
        }
        let type = try errors.attempt { input.fields[try on.position(in: input)].type }
        for cell in cells { try errors.attempt { try check(cell, input) } }
        try errors.throwIfAny()
        for value in values {
            for cell in cells {
                try errors.attempt {
                    let bound = try bind(cell, value, type ?? .string, input)
                    let name = cells.count == 1 ? value.text : "\(value.text)_\(cell.name)"
                    fields.append(Field(name, bound.type, isNullable: bound.isNullable))
                    operation.aggregates.append(bound)
                }
            }
        }
        try errors.throwIfAny()
        let by = groups.isEmpty ? "" : "by \(groups.map(\.name).joined(separator: ", ")): "
        let computed = cells.map { "\($0.name) = \($0.call.text)" }.joined(separator: ", ")
        return StepPlan(
            operation: .aggregate(operation), outputSchema: try ExplodeStep.schema(fields, at: location),
            summary: "\(by)\(computed) for \(on.name) in \(values.map(\.text).joined(separator: ", "))")
    }

    /// Whether the call fits the input at all, so that errors are placed in the text that the definition has.
    private func check(_ cell: Cell, _ input: Schema) throws(SluiceError) {
        do throws(ExpressionError) {
            _ = try cell.call.bind(to: input)
        } catch {
            throw ExpressionArgument.placed(error, in: cell.node)
        }
    }

    /// The call over the rows of one value.
    private func bind(
        _ cell: Cell, _ value: (text: String, location: SourceLocation?), _ type: DataType, _ input: Schema
    ) throws(SluiceError) -> BoundAggregate {
        let isPlain = type.isNumeric || type == .boolean
        let literal = isPlain ? value.text : "'" + value.text.replacing("'", with: "''") + "'"
        let condition = "\(QuotedName.of(on.name)) = \(literal)"
        let text: String
        if cell.call.argument == nil {
            text = "count_if(\(condition))"
        } else if cell.call.kind == .countIf {
            text = "count_if(\(condition) AND (\(cell.argumentText)))"
        } else {
            let distinct = cell.call.isDistinct ? "DISTINCT " : ""
            text = "\(cell.call.kind.rawValue)(\(distinct)CASE WHEN \(condition) THEN (\(cell.argumentText)) END)"
        }
        do throws(ExpressionError) {
            return try AggregateCall(parsing: text).bind(to: input)
        } catch {
            throw SluiceError(
                .typeError, "\(value.text.quotedForMessage) is no value of the column \"\(on.name)\" of the type \(type)",
                at: value.location, remedy: "write it as the column has it")
        }
    }

    private static func expression(_ text: String, _ input: Schema, at place: SourceLocation?) throws(SluiceError) -> BoundExpression {
        do throws(ExpressionError) {
            return try Expression(parsing: text).bind(to: input)
        } catch {
            throw error.sluiceError(in: text, at: place)
        }
    }
}

extension PivotStep.Cell {
    /// What stands between the call's parentheses, without DISTINCT.
    fileprivate var argumentText: String {
        let text = call.text
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { return text }
        let inner = text[text.index(after: open)..<close].drop { $0.isWhitespace }
        return call.isDistinct && kindTakesWord(inner) ? String(inner.dropFirst("DISTINCT".count)) : String(inner)
    }

    private func kindTakesWord(_ text: Substring) -> Bool { text.prefix("DISTINCT".count).uppercased() == "DISTINCT" }
}
