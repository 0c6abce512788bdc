import SluiceCatalog
package import SluiceCore
import SluiceExpressions

/// `resolve: {price: {cast: "decimal(10,2)"}, id: columns}`
package struct ResolveStep: StepDefinition {
    package static let manual = StepManual(
        key: "resolve", summary: "Makes one type, or one column of each type, of columns whose values came in several types (choices).",
        arguments: .mapping(
            key: "column",
            .either([
                .enumeration(["columns", "struct"]),
                .object([
                    OptionSpecification(
                        "cast", .dataType, "Every value becomes this type; one that does not fit is a bad record.", examples: ["int64"]),
                    OptionSpecification(
                        "project", .dataType, "One of the choice's types: values that came in it stay, the others are null.",
                        examples: ["int64"]),
                    OptionSpecification(
                        "table", .string,
                        "A table of the catalog: every value becomes the type that its column of the same name has.",
                        examples: ["sales.orders"]),
                ]),
            ]), minimum: 1),
        notes: [
            "`columns` makes a column of each type (`id_int64`, `id_string`), `struct` a struct with a member of each type (`id.int64`,"
                + " `id.string`): the one in which the value came has it, the others are null.",
            "`cast` and `table` also take a column of one type, so that a definition works on data that came in one.",
            "With `table`, `\"*\"` stands for all choices that are not named beside it.",
        ],
        examples: [
            "- resolve: {price: {cast: \"decimal(10,2)\"}}", "- resolve: {id: {project: int64}, amount: columns, extra: struct}",
            "- resolve: {\"*\": {table: sales.orders}}",
        ])

    /// Stands for all choices.
    private static let everyChoice = "*"

    private enum Method {
        case cast(DataType), project(DataType), columns, structure, table(TableName)
    }

    private struct Item {
        var column: ColumnArgument
        var method: Method
        /// Of the type, or of the method.
        var location: SourceLocation?

        /// Cast to the type that a table's column of the name has.
        func matched(_ table: [CatalogColumn], _ name: TableName) throws(SluiceError) -> Item {
            guard let found = table.first(where: { $0.name == column.name }) else {
                throw SluiceError(
                    .unknownColumn, "table \(name) has no column \(column.name.quotedForMessage)", at: column.location,
                    remedy: Suggestion.remedy(for: column.name, in: table.map(\.name), noun: "its columns"))
            }
            if case .choice = found.type {
                throw SluiceError(
                    .typeError, "column \(column.name.quotedForMessage) of table \(name) is a choice itself", at: location,
                    remedy: "cast the column, or project it")
            }
            var item = self
            item.method = .cast(found.type)
            return item
        }
    }

    package let location: SourceLocation?
    private let items: [Item]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        var errors = ErrorCollector()
        var items: [Item] = []
        for entry in try node.mapping() {
            try errors.attempt {
                let (method, place) = try Self.method(entry.value)
                items.append(Item(column: ColumnArgument(name: entry.key, location: entry.keyLocation), method: method, location: place))
            }
        }
        try errors.throwIfAny()
        self.items = items
    }

    private static func method(_ node: DefinitionNode) throws(SluiceError) -> (Method, SourceLocation?) {
        guard node.isMapping else {
            return (try node.choice(of: ["columns", "struct"]) == "columns" ? .columns : .structure, node.location)
        }
        switch (node[key: "cast"], node[key: "project"], node[key: "table"]) {
        case (let type?, nil, nil): return (.cast(try type.dataType()), type.location)
        case (nil, let type?, nil): return (.project(try type.dataType()), type.location)
        case (nil, nil, let table?):
            do throws(SluiceError) {
                return (.table(try TableName(parsing: try table.string())), table.location)
            } catch {
                throw error.located(at: table.location)
            }
        case (nil, nil, nil): throw node.missing("cast, project or table", remedy: "for example: cast: string")
        default: throw node.invalid("a choice is cast, projected, or made what a table has", remedy: "leave out all but one of them")
        }
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var errors = ErrorCollector()
        var resolved: [Int: [(name: String, text: String, place: SourceLocation?)]] = [:]
        for item in try matched(input, context) {
            try errors.attempt { resolved[try item.column.position(in: input)] = try columns(of: item, input) }
        }
        try errors.throwIfAny()
        var projection = ProjectionBuilder(over: input)
        for (position, field) in input.fields.enumerated() {
            guard let columns = resolved[position] else {
                try requireNew(field.name, location, in: projection)
                projection.append(position, as: field.name)
                continue
            }
            for column in columns {
                try requireNew(column.name, column.place, in: projection)
                projection.set(column.name, try Self.bound(column.text, input, column.place))
            }
        }
        return try projection.plan(summary)
    }

    /// The items, with the types of the catalog's tables in their place.
    private func matched(_ input: Schema, _ context: PlanContext) throws -> [Item] {
        try items.flatMap { item -> [Item] in
            guard case .table(let name) = item.method else {
                guard item.column.name == Self.everyChoice, input.index(of: Self.everyChoice) == nil else { return [item] }
                throw SluiceError(
                    .invalidOption, "choices are resolved together only by the types of a table", at: item.column.location,
                    remedy: "name the columns, or write {table: DATABASE.TABLE}")
            }
            let table = try tableColumns(name, context, item.location)
            guard item.column.name == Self.everyChoice else { return [try item.matched(table, name)] }
            return try input.fields.filter { field in
                guard case .choice = field.type else { return false }
                return !items.contains { $0.column.name == field.name }
            }.map { field in
                var one = item
                one.column = ColumnArgument(name: field.name, location: item.column.location)
                return try one.matched(table, name)
            }
        }
    }

    private func tableColumns(_ name: TableName, _ context: PlanContext, _ place: SourceLocation?) throws -> [CatalogColumn] {
        guard let found = try context.connection.catalog?.findTable(name) else {
            throw SluiceError(
                .notFound, "the catalog has no table \(name), whose types are wanted", at: place,
                remedy: "make it first (`sluice catalog tables` lists those that are there), or cast the columns")
        }
        return found.definition.columns + found.definition.partitionKeys
    }

    /// Names and expressions of what takes the column's place.
    private func columns(of item: Item, _ input: Schema) throws -> [(name: String, text: String, place: SourceLocation?)] {
        let name = item.column.name
        let type = input.fields[try item.column.position(in: input)].type
        let path = QuotedName.of(name)
        if case .cast(let target) = item.method { return [(name, "CAST(\(path) AS \(target))", item.location)] }
        guard case .choice(let types) = type else {
            throw SluiceError(
                .typeError, "column \(name.quotedForMessage) has the type \(type), which is no choice", at: item.column.location,
                remedy: "leave it out, or write {cast: \(type)}")
        }
        let members = types.map { (name: Self.word(of: $0), text: Self.part(path, $0)) }
        switch item.method {
        case .cast, .table: preconditionFailure("they were dealt with")
        case .project(let target):
            guard types.contains(target) else {
                throw SluiceError(
                    .typeError, "no value of column \(name.quotedForMessage) came as \(target)", at: item.location,
                    remedy: "its types are \(types.map(\.description).joined(separator: ", ")); or write {cast: \(target)}")
            }
            return [(name, Self.part(path, target), item.location)]
        case .columns: return members.map { ("\(name)_\($0.name)", $0.text, item.location) }
        case .structure:
            if let twice = members.first(where: { one in members.count { $0.name == one.name } > 1 }) {
                throw SluiceError(
                    .duplicateColumn, "the struct would have two members \(twice.name.quotedForMessage)", at: item.location,
                    remedy: "cast the column, or project it")
            }
            let pairs = members.map { "'\($0.name)', \($0.text)" }.joined(separator: ", ")
            return [(name, "CASE WHEN \(path) IS NOT NULL THEN named_struct(\(pairs)) END", item.location)]
        }
    }

    /// The values that came in one type.
    private static func part(_ path: String, _ type: DataType) -> String {
        let text = type.description.replacing("'", with: "''")
        return "CASE WHEN typeof(\(path)) = '\(text)' THEN CAST(\(path) AS \(type)) END"
    }

    /// A type in one word: without what stands in brackets.
    private static func word(of type: DataType) -> String { String(type.description.prefix { $0 != "(" && $0 != "<" }) }

    private static func bound(_ text: String, _ input: Schema, _ place: SourceLocation?) throws(SluiceError) -> BoundExpression {
        do throws(ExpressionError) {
            return try Expression(parsing: text).bind(to: input)
        } catch {
            throw SluiceError(error.code, error.message, at: place, remedy: error.remedy)
        }
    }

    private func requireNew(_ name: String, _ place: SourceLocation?, in projection: ProjectionBuilder) throws(SluiceError) {
        guard projection.contains(name) else { return }
        throw SluiceError(
            .duplicateColumn, "the result would have two columns \(name.quotedForMessage)", at: place,
            remedy: "rename one of the columns before, or cast the choice")
    }

    private var summary: String {
        items.map { item in
            switch item.method {
            case .cast(let type): "\(item.column.name) as \(type)"
            case .project(let type): "\(item.column.name) where it is \(type)"
            case .columns: "\(item.column.name) as columns"
            case .structure: "\(item.column.name) as a struct"
            case .table(let name): "\(item.column.name == Self.everyChoice ? "all choices" : item.column.name) as in \(name)"
            }
        }.joined(separator: ", ")
    }
}
