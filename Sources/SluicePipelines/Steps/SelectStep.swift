package import SluiceCore

/// `select: [carrier, {delay: arr_delay}]`
package struct SelectStep: StepDefinition {
    package static let manual = StepManual(
        key: "select", summary: "Keeps the columns that are listed, in that order; `new: expression` computes one.",
        arguments: .list(.either([.column, .mapping(key: "new column", .expression, minimum: 1)]), minimum: 1),
        examples: [
            "- select: [carrier, flight, arr_delay]", "- select:\n    - order_id\n    - user_id: user.id\n    - total: quantity * price",
        ])

    private enum Item {
        case column(ColumnArgument)
        case expression(NamedExpression)
    }

    package let location: SourceLocation?
    private let items: [Item]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        var items: [Item] = []
        var errors = ErrorCollector()
        for node in try node.list() {
            if node.isMapping {
                items += (try errors.attempt { try NamedExpression.list(from: node) } ?? []).map(Item.expression)
            } else {
                items.append(.column(try ColumnArgument(node)))
            }
        }
        try errors.throwIfAny()
        self.items = items
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var projection = ProjectionBuilder(over: input)
        var errors = ErrorCollector()
        for item in items {
            try errors.attempt { try add(item, to: &projection, context) }
        }
        try errors.throwIfAny()
        return try projection.plan(summary)
    }

    private func add(_ item: Item, to projection: inout ProjectionBuilder, _ context: PlanContext) throws {
        let (name, location) =
            switch item {
            case .column(let column): (column.name, column.location)
            case .expression(let column): (column.name, column.location)
            }
        if projection.contains(name) {
            throw SluiceError(
                .duplicateColumn, "column \(name.quotedForMessage) is selected twice", at: location,
                remedy: "give one of them another name: \"other: \(name)\"")
        }
        switch item {
        case .expression(let column): projection.set(name, try column.argument.bind(to: projection.input))
        case .column where context.unreadInputs.contains(name): break
        case .column(let column):
            do {
                projection.append(try column.position(in: projection.input), as: name)
            } catch {
                throw pathAdvice(error, name, projection.input)
            }
        }
    }

    /// `user.id` as a column's name: the path must be given a name.
    private func pathAdvice(_ error: SluiceError, _ name: String, _ input: Schema) -> SluiceError {
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count > 1, case .structure = input[parts[0]]?.type else { return error }
        var advised = error
        advised.remedy = "a value inside a column needs a name: \"\(parts.joined(separator: "_")): \(name)\""
        return advised
    }

    private var summary: String {
        items.map { item in
            switch item {
            case .column(let column): column.name
            case .expression(let column): "\(column.name) = \(column.argument.text)"
            }
        }.joined(separator: ", ")
    }
}
