import SluiceCore
import SluiceExpressions

/// Plans a statement into the operations that do what it says, one after another.
struct SelectPlanner {
    private let statement: SelectStatement
    private let input: Schema
    /// Columns of the input that are left out because nobody reads what they become.
    private let unread: Set<String>
    private var plans: [StepPlan] = []
    /// Of the rows that the list is computed of: the input's, or one for each group.
    private var schema: Schema
    /// Texts of groups, with their columns in `schema`.
    private var groupNames: [(text: String, name: String)] = []
    /// Calls that are computed for groups.
    private var terms: [(name: String, aggregate: BoundAggregate)] = []

    init(_ statement: SelectStatement, over input: Schema, without unread: Set<String> = []) {
        self.statement = statement
        self.input = input
        self.unread = unread
        schema = input
    }

    /// At least one plan.
    mutating func planned() throws -> [StepPlan] {
        if let filter = statement.filter {
            let expression = try Self.placed(filter) { () throws(ExpressionError) in try Expression(parsing: filter.text) }
            let bound = try Self.placed(filter) { () throws(ExpressionError) in try expression.bindPredicate(to: input) }
            var plan = StepPlan(operation: .filter(bound), outputSchema: input, summary: "where \(Self.oneLine(filter.text))")
            plan.condition = expression
            plans.append(plan)
        }
        let texts = try parts()
        if !statement.groups.isEmpty || !terms.isEmpty { try group() }
        if let having = statement.groupFilter { try filterGroups(having, texts[having]) }
        try project(texts)
        if let limit = statement.limit {
            let schema = plans.last?.outputSchema ?? input
            plans.append(StepPlan(operation: .limit(limit), outputSchema: schema, summary: "limit \(limit)"))
        }
        return plans
    }

    // MARK: Aggregates

    /// The list, HAVING and ORDER BY with their calls of aggregates.
    private mutating func parts() throws(ExpressionError) -> [SelectStatement.Part: AggregateText] {
        var texts: [SelectStatement.Part: AggregateText] = [:]
        for part in statement.items.map(\.part) + [statement.groupFilter].compactMap(\.self) + statement.order.map(\.part) {
            let first = terms.count
            let text = try Self.placed(part) { () throws(ExpressionError) in try AggregateText(parsing: part.text, numbering: first) }
            for term in text.terms {
                let bound = try Self.placed(part, by: term.start) { () throws(ExpressionError) in try term.call.bind(to: input) }
                terms.append((term.name, bound))
            }
            texts[part] = text
        }
        return texts
    }

    /// One row for each group, with the groups' values and what was computed for them.
    private mutating func group() throws {
        if statement.keepsAll {
            throw ExpressionError(.syntaxError, "* has no meaning for groups", 0..<6, remedy: "name the columns")
        }
        var fields: [Field] = []
        var operation = AggregateOperation(groups: [], aggregates: terms.map(\.aggregate))
        for part in statement.groups {
            let written = try source(of: part)
            let expression = try Self.placed(written) { () throws(ExpressionError) in try Expression(parsing: written.text) }
            let bound = try Self.placed(written) { () throws(ExpressionError) in try expression.bind(to: input) }
            guard !bound.type.isNested, bound.constantValue == nil else {
                throw ExpressionError(
                    .typeError, bound.type.isNested ? "rows cannot be grouped by \(bound.type)" : "a group is the same for all rows",
                    part.range, remedy: "name a column, or an expression over columns")
            }
            let name = expression.soleColumn ?? "group \(fields.count + 1)"
            if fields.contains(where: { $0.name == name }) { continue }
            fields.append(Field(name, bound.type, isNullable: bound.isNullable))
            operation.groups.append(bound)
            groupNames.append((Self.oneLine(written.text), name))
            if part != written { groupNames.append((Self.oneLine(part.text), name)) }
        }
        for term in terms { fields.append(Field(term.name, term.aggregate.type, isNullable: term.aggregate.isNullable)) }
        schema = try Schema(fields)
        let by = statement.groups.map { Self.oneLine($0.text) }.joined(separator: ", ")
        let computed = operation.aggregates.compactMap { $0.argument?.text ?? "count(*)" }.joined(separator: ", ")
        plans.append(
            StepPlan(
                operation: .aggregate(operation), outputSchema: schema,
                summary: by.isEmpty ? computed : "by \(by)" + (computed.isEmpty ? "" : ": \(computed)")))
    }

    /// What a part of GROUP BY names: a column of the input, or an expression of the list by its alias.
    private func source(of part: SelectStatement.Part) throws(ExpressionError) -> SelectStatement.Part {
        let expression = try Self.placed(part) { () throws(ExpressionError) in try Expression(parsing: part.text) }
        guard let name = expression.soleColumn, input.index(of: name) == nil else { return part }
        return statement.items.first { $0.alias == name }?.part ?? part
    }

    private mutating func filterGroups(_ part: SelectStatement.Part, _ text: AggregateText?) throws {
        guard let text, !groupNames.isEmpty || !terms.isEmpty else {
            throw ExpressionError(.syntaxError, "HAVING is about groups, and there are none", part.range, remedy: "use WHERE")
        }
        let bound = try bind(part, text) { expression, schema throws(ExpressionError) in try expression.bindPredicate(to: schema) }
        plans.append(StepPlan(operation: .filter(bound), outputSchema: schema, summary: "having \(Self.oneLine(part.text))"))
    }

    // MARK: The list

    private mutating func project(_ texts: [SelectStatement.Part: AggregateText]) throws {
        var builder = statement.keepsAll ? ProjectionBuilder(passing: schema) : ProjectionBuilder(over: schema)
        for item in statement.items {
            guard let text = texts[item.part], !isUnread(text) else { continue }
            let bound = try bind(item.part, text) { expression, schema throws(ExpressionError) in try expression.bind(to: schema) }
            guard let name = item.alias ?? text.expression.soleColumn.flatMap({ text.hasAggregates ? nil : $0 }) else {
                throw ExpressionError(.syntaxError, "the column has no name", item.part.range, remedy: "add AS and a name")
            }
            guard !builder.contains(name) else {
                throw ExpressionError(
                    .duplicateColumn, "two columns have the name \"\(name)\"", item.part.range, remedy: "rename one with AS")
            }
            if let position = Self.plainColumn(bound, in: schema) { builder.append(position, as: name) } else { builder.set(name, bound) }
        }
        let visible = try builder.schema()
        let keys = try order(texts, &builder, visible)
        let listed = statement.items.map { Self.oneLine($0.part.text) + ($0.alias.map { " as \($0)" } ?? "") }
        let summary = ((statement.keepsAll ? ["*"] : []) + listed).joined(separator: ", ")
        if !statement.keepsAll || !statement.items.isEmpty || plans.isEmpty || !keys.isEmpty { plans.append(try builder.plan(summary)) }
        if statement.isDistinct {
            plans.append(
                StepPlan(
                    operation: .deduplicate(keys: Array(visible.fields.indices), keep: .first, order: []), outputSchema: visible,
                    summary: "distinct"))
        }
        guard !keys.isEmpty, let sorted = plans.last?.outputSchema else { return }
        let by = statement.order.map { Self.oneLine($0.part.text) + ($0.isDescending ? " desc" : "") }.joined(separator: ", ")
        plans.append(StepPlan(operation: .sort(keys), outputSchema: sorted, summary: "by \(by)"))
        if sorted.count > visible.count {
            let kept = visible.fields.indices.map { Projection.input($0) }
            plans.append(StepPlan(operation: .project(kept), outputSchema: visible, summary: "without the columns of the order"))
        }
    }

    /// Keys of ORDER BY: columns of the result, or further ones that are taken away behind the sort.
    private func order(
        _ texts: [SelectStatement.Part: AggregateText], _ builder: inout ProjectionBuilder, _ visible: Schema
    ) throws -> [SortKey] {
        var keys: [SortKey] = []
        for key in statement.order {
            guard let parsed = texts[key.part] else { continue }
            var position = parsed.hasAggregates ? nil : parsed.expression.soleColumn.flatMap { visible.index(of: $0) }
            let text = Self.oneLine(key.part.text)
            if position == nil, let item = statement.items.first(where: { Self.oneLine($0.part.text) == text }) {
                position = (item.alias ?? texts[item.part]?.expression.soleColumn).flatMap { visible.index(of: $0) }
            }
            if position == nil {
                guard !statement.isDistinct else {
                    throw ExpressionError(
                        .unsupported, "with DISTINCT, rows are ordered by columns of the list", key.part.range, remedy: "add it to the list"
                    )
                }
                let bound = try bind(key.part, parsed) { expression, schema throws(ExpressionError) in try expression.bind(to: schema) }
                builder.set("order \(keys.count + 1)", bound)
                position = try builder.schema().count - 1
            }
            keys.append(SortKey(column: position ?? 0, isDescending: key.isDescending, nullsFirst: key.nullsFirst))
        }
        return keys
    }

    /// Whether a column of the list is a plain one that was left out.
    private func isUnread(_ text: AggregateText) -> Bool {
        guard groupNames.isEmpty, terms.isEmpty, let name = text.expression.soleColumn else { return false }
        return unread.contains(name)
    }

    // MARK: Binding

    /// Binds a part of the statement to the rows of the list; an expression that is a group is the group's column.
    private func bind(
        _ part: SelectStatement.Part, _ text: AggregateText,
        _ body: (Expression, Schema) throws(ExpressionError) -> BoundExpression
    ) throws(ExpressionError) -> BoundExpression {
        let isGrouped = !groupNames.isEmpty || !terms.isEmpty
        if isGrouped, let group = groupNames.first(where: { $0.text == Self.oneLine(part.text) }) {
            return try Self.placed(part) { () throws(ExpressionError) in
                try body(try Expression(parsing: QuotedName.of(group.name)), schema)
            }
        }
        do throws(ExpressionError) {
            return try Self.placed(part) { () throws(ExpressionError) in try body(text.expression, schema) }
        } catch {
            guard isGrouped, error.code == .unknownColumn else { throw error }
            var explained = error
            explained.message += " of the groups"
            explained.remedy = "put it into GROUP BY, or into an aggregate such as max(…)"
            throw explained
        }
    }

    /// The position of the column that an expression is; nil for any other.
    private static func plainColumn(_ bound: BoundExpression, in schema: Schema) -> Int? {
        guard let position = bound.columns.first, bound.columns.count == 1 else { return nil }
        let name = schema.fields[position].name
        return bound.text == name || bound.text == QuotedName.of(name) ? position : nil
    }

    /// Runs a body whose errors are placed in a part, and places them in the statement.
    private static func placed<Result>(
        _ part: SelectStatement.Part, by offset: Int = 0, _ body: () throws(ExpressionError) -> Result
    ) throws(ExpressionError) -> Result {
        do throws(ExpressionError) {
            return try body()
        } catch {
            throw error.moved(by: part.start + offset)
        }
    }

    private static func oneLine(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
