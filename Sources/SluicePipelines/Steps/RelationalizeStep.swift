package import SluiceCore
import SluiceExpressions

/// `relationalize: {tables: {items: order-lines}}`
package struct RelationalizeStep: StepDefinition {
    package static let manual = StepManual(
        key: "relationalize",
        summary: "Makes related tables of nested rows: columns of the parts of structs, and of each list or map a table of its own.",
        arguments: .object([
            OptionSpecification(
                "columns", .oneOrMany(.column), "The columns that are taken apart; all when absent.", examples: ["[items]"]),
            OptionSpecification("separator", .string, default: "_", "Stands between the names of a struct and its part."),
            OptionSpecification(
                "tables", .mapping(key: "list", .name, minimum: 1),
                "The side outputs of lists, by where these stand (`items`, `items.tags`); where nothing is said, it is called like that, with `_` for dots.",
                examples: ["{items: order-lines, items.tags: line-tags}"]),
        ]),
        notes: [
            "The rows that go on have a number in the place of each list. The list's elements are rows of a side output, which must be in"
                + " `side_outputs`: `id` is that number, `index` the place in the list from 0, and the rest `val`, or `val_NAME` for each part of a"
                + " struct. Entries of a map have `key` and `val`. Lists in lists are tables of their own, whose `id` is the number of the element.",
            "A list that is null has null in place of the number, an empty one has no rows with it.",
            "Rows are numbered from 1 in the order of the input. Incremental and following runs go on counting; a run over the whole input needs"
                + " sinks that replace what earlier runs wrote.",
        ],
        examples: [
            "- relationalize: {}", "- relationalize: {columns: [items], separator: \".\", tables: {items: order-lines}}",
        ])

    package let location: SourceLocation?
    private let columns: [ColumnArgument]?
    private let separator: String
    private let outputs: [(path: String, output: String, location: SourceLocation?)]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        columns = try node[key: "columns"].map { try ColumnArgument.list($0.oneOrMany()) }
        separator = try node[key: "separator"]?.string() ?? "_"
        outputs = try node[key: "tables"]?.mapping().map { ($0.key, try $0.value.name(), $0.keyLocation) } ?? []
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var errors = ErrorCollector()
        var chosen: Set<String> = []
        for column in columns ?? [] {
            try errors.attempt {
                let field = input.fields[try column.position(in: input)]
                guard field.type.isNested else {
                    throw SluiceError(
                        .typeError, "column \"\(field.name)\" has the type \(field.type), which has no parts", at: column.location,
                        remedy: "relationalize takes structs, lists and maps")
                }
                chosen.insert(field.name)
            }
        }
        try errors.throwIfAny()
        var tables = RelatedTables(separator: separator, outputs: outputs.map { ($0.path, $0.output) })
        do {
            try tables.addRoot(input) { name in columns == nil || chosen.contains(name) }
        } catch let error as SluiceError {
            throw error.located(at: location)
        }
        try check(tables.tables)
        return StepPlan(
            operation: .relationalize(RelationalizeOperation(tables: tables.tables)), outputSchema: tables.tables[0].schema,
            summary: tables.tables.count == 1
                ? "no lists" : tables.tables.dropFirst().map { "\($0.path) to \($0.output)" }.joined(separator: ", "))
    }

    private func check(_ tables: [RelationalizeOperation.Table]) throws(SluiceError) {
        let paths = tables.dropFirst().map(\.path)
        for entry in outputs where !paths.contains(entry.path) {
            throw SluiceError(
                .notFound, "there is no list \(entry.path.quotedForMessage)", at: entry.location,
                remedy: Suggestion.remedy(for: entry.path, in: paths, noun: "lists and maps"))
        }
        for (index, table) in tables.enumerated().dropFirst() {
            guard let other = tables[1..<index].first(where: { $0.output == table.output }) else { continue }
            throw SluiceError(
                .invalidOption,
                "\(other.path.quotedForMessage) and \(table.path.quotedForMessage) would both go to \(table.output.quotedForMessage)",
                at: location, remedy: "name their side outputs under `tables`")
        }
    }
}

/// Finds the tables that nested columns make.
private struct RelatedTables {
    let separator: String
    /// Names of side outputs by the lists' places.
    let outputs: [(path: String, output: String)]
    private(set) var tables: [RelationalizeOperation.Table] = []

    init(separator: String, outputs: [(path: String, output: String)]) {
        self.separator = separator
        self.outputs = outputs
    }

    private typealias Made = (field: Field, column: RelationalizeOperation.Column)

    mutating func addRoot(_ input: Schema, isTakenApart: (String) -> Bool) throws {
        tables = [.init(output: "", path: "", source: input, schema: .empty)]
        var made: [Made] = []
        for field in input.fields {
            if isTakenApart(field.name) {
                try add(field.type, QuotedName.of(field.name), named: field.name, at: [field.name], in: 0, to: &made)
            } else {
                try addValue(QuotedName.of(field.name), named: field.name, in: 0, to: &made)
            }
        }
        try finish(0, made)
    }

    /// - Parameters:
    ///   - expression: Of the part, over the table's source.
    ///   - path: Where it stands in the input's rows.
    private mutating func add(
        _ type: DataType, _ expression: String, named name: String, at path: [String], in table: Int, to made: inout [Made]
    ) throws {
        switch type {
        case .structure(let parts):
            for part in parts {
                try add(
                    part.type, "\(expression).\(QuotedName.of(part.name))", named: name + separator + part.name, at: path + [part.name],
                    in: table, to: &made)
            }
        case .list(let element): try addList(expression, [Field("val", element)], named: name, at: path, in: table, to: &made)
        case .map(let key, let value):
            try addList(
                expression, [Field("key", key, isNullable: false), Field("val", value)], named: name, at: path, in: table, to: &made)
        default: try addValue(expression, named: name, in: table, to: &made)
        }
    }

    private func addValue(_ expression: String, named name: String, in table: Int, to made: inout [Made]) throws {
        let bound = try Expression(parsing: expression).bind(to: tables[table].source)
        made.append((Field(name, bound.type, isNullable: bound.isNullable), .value(bound)))
    }

    private mutating func addList(
        _ expression: String, _ elements: [Field], named name: String, at path: [String], in table: Int, to made: inout [Made]
    ) throws {
        let bound = try Expression(parsing: expression).bind(to: tables[table].source)
        made.append((Field(name, .int64, isNullable: bound.isNullable), .list(bound, table: tables.count)))
        let place = path.joined(separator: ".")
        let child = tables.count
        tables.append(
            .init(
                output: outputs.first { $0.path == place }?.output ?? path.joined(separator: "_"), path: place,
                source: try Schema(elements), schema: .empty))
        var parts: [Made] = [(Field("id", .int64, isNullable: false), .id), (Field("index", .int64, isNullable: false), .index)]
        for field in elements {
            // The elements themselves have the list's place.
            let isStruct = if case .structure = field.type { true } else { false }
            try add(
                field.type, QuotedName.of(field.name), named: field.name, at: isStruct ? path : path + [field.name], in: child, to: &parts)
        }
        try finish(child, parts)
    }

    private mutating func finish(_ table: Int, _ made: [Made]) throws {
        tables[table].columns = made.map(\.column)
        tables[table].schema = try Schema(made.map(\.field))
    }
}

extension DataType {
    /// Whether values have parts that are values.
    fileprivate var isNested: Bool {
        switch self {
        case .structure, .list, .map: true
        default: false
        }
    }
}
