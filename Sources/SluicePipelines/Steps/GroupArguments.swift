import SluiceCore
import SluiceExpressions

/// `by` and `columns` of a step that computes aggregates of groups: read, then bound to the step's input.
struct GroupArguments: Sendable {
    static let by = OptionSpecification(
        "by", .oneOrMany(.either([.column, .mapping(key: "new column", .expression, minimum: 1)])),
        "Columns, or `new: expression`; without it, all rows are one group.", examples: ["[carrier, {month: month(day)}]"])

    static let columns = OptionSpecification(
        "columns", .mapping(key: "new column", .expression, minimum: 1), isRequired: true,
        "The columns behind those of `by`: count(*), count(x), count_if(x), sum, avg, min, max, first, last.",
        examples: ["{flights: count(*), delay: avg(arr_delay)}"])

    private struct Aggregate {
        var name: String
        var location: SourceLocation?
        var call: AggregateCall
        var node: DefinitionNode
    }

    private let groups: [NamedExpression]
    private let aggregates: [Aggregate]

    init(from node: DefinitionNode) throws {
        var errors = ErrorCollector()
        var groups: [NamedExpression] = []
        for item in node[key: "by"]?.oneOrMany() ?? [] {
            if item.isMapping {
                groups += try errors.attempt { try NamedExpression.list(from: item) } ?? []
            } else {
                groups.append(try NamedExpression(column: item))
            }
        }
        var aggregates: [Aggregate] = []
        for entry in try node.require("columns").mapping() {
            try errors.attempt {
                aggregates.append(
                    Aggregate(name: entry.key, location: entry.keyLocation, call: try Self.call(entry.value), node: entry.value))
            }
        }
        try errors.throwIfAny()
        self.groups = groups
        self.aggregates = aggregates
    }

    private static func call(_ node: DefinitionNode) throws(SluiceError) -> AggregateCall {
        let text = try node.string()
        do throws(ExpressionError) {
            return try AggregateCall(parsing: text)
        } catch {
            throw ExpressionArgument.placed(error, in: node)
        }
    }

    /// - Parameter taken: Fields that stand before those of the groups.
    /// - Returns: The operation, and its output's fields behind those taken.
    func bind(to input: Schema, behind taken: [Field] = []) throws -> (operation: AggregateOperation, fields: [Field]) {
        var errors = ErrorCollector()
        var fields = taken
        var operation = AggregateOperation(groups: [], aggregates: [])
        for group in groups {
            try errors.attempt {
                let bound = try group.argument.bind(to: input)
                try requireNew(group.name, at: group.location, among: fields)
                try requireComparable(bound.type, group)
                fields.append(Field(group.name, bound.type, isNullable: bound.isNullable))
                operation.groups.append(bound)
            }
        }
        for aggregate in aggregates {
            try errors.attempt {
                let bound = try Self.bind(aggregate, to: input)
                try requireNew(aggregate.name, at: aggregate.location, among: fields)
                fields.append(Field(aggregate.name, bound.type, isNullable: bound.isNullable))
                operation.aggregates.append(bound)
            }
        }
        try errors.throwIfAny()
        return (operation, fields)
    }

    private static func bind(_ aggregate: Aggregate, to input: Schema) throws(SluiceError) -> BoundAggregate {
        do throws(ExpressionError) {
            return try aggregate.call.bind(to: input)
        } catch {
            throw ExpressionArgument.placed(error, in: aggregate.node)
        }
    }

    private func requireNew(_ name: String, at place: SourceLocation?, among fields: [Field]) throws(SluiceError) {
        guard fields.contains(where: { $0.name == name }) else { return }
        throw SluiceError(
            .duplicateColumn, "the result would have two columns \(name.quotedForMessage)", at: place,
            remedy: "give one of them another name")
    }

    private func requireComparable(_ type: DataType, _ group: NamedExpression) throws(SluiceError) {
        switch type {
        case .list, .structure, .map:
            throw SluiceError(
                .typeError, "rows cannot be grouped by \"\(group.name)\" of the type \(type)", at: group.argument.node.location,
                remedy: "group by a part of it: `name: \(group.name).part`")
        default: return
        }
    }

    /// The groups and the aggregates as they were written.
    var texts: (groups: [String], aggregates: [String]) { (groups.map(\.argument.text), aggregates.map(\.call.text)) }

    /// The arguments as one line, for `plan`.
    var summary: String {
        let by = groups.map { $0.argument.text == $0.name ? $0.name : "\($0.name) = \($0.argument.text)" }.joined(separator: ", ")
        let columns = aggregates.map { "\($0.name) = \($0.call.text)" }.joined(separator: ", ")
        return groups.isEmpty ? columns : "by \(by): \(columns)"
    }
}
