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
                ]),
            ]), minimum: 1),
        notes: [
            "`columns` makes a column of each type (`id_int64`, `id_string`), `struct` a struct with a member of each type (`id.int64`,"
                + " `id.string`): the one in which the value came has it, the others are null.",
            "`cast` also takes a column of one type, so that a definition works on data that came in one.",
        ],
        examples: ["- resolve: {price: {cast: \"decimal(10,2)\"}}", "- resolve: {id: {project: int64}, amount: columns, extra: struct}"])

    private enum Method {
        case cast(DataType), project(DataType), columns, structure
    }

    private struct Item {
        var column: ColumnArgument
        var method: Method
        /// Of the type, or of the method.
        var location: SourceLocation?
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
        switch (node[key: "cast"], node[key: "project"]) {
        case (let type?, nil): return (.cast(try type.dataType()), type.location)
        case (nil, let type?): return (.project(try type.dataType()), type.location)
        case (_?, let type?): throw type.invalid("a choice is either cast or projected", remedy: "leave out one of them")
        case (nil, nil): throw node.missing("cast or project", remedy: "for example: cast: string")
        }
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var errors = ErrorCollector()
        var resolved: [Int: [(name: String, text: String, place: SourceLocation?)]] = [:]
        for item in items {
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
        case .cast: preconditionFailure("casts were dealt with")
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
            }
        }.joined(separator: ", ")
    }
}
