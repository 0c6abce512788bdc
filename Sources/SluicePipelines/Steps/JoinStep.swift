package import SluiceCore

/// `join: {with: {files: airlines.csv}, on: [carrier]}`
package struct JoinStep: StepDefinition {
    package static let manual = StepManual(
        key: "join", summary: "Adds the columns of a small table whose key columns are equal; the table is kept in memory.",
        arguments: .object([
            OptionSpecification("with", .source, isRequired: true, "The table: any source.", examples: ["{files: airlines.csv}"]),
            OptionSpecification(
                "on", .either([.mapping(key: "column", .column, minimum: 1), .oneOrMany(.column)]), isRequired: true,
                "Key columns: a list where the names are the same on both sides, otherwise `column: column of the table`.",
                examples: ["[carrier]", "{dest: faa}"]),
            OptionSpecification(
                "kind", .enumeration(JoinKind.allCases.map(\.rawValue)), default: "inner",
                "inner: rows with a match; left: all rows, null without a match; semi: rows with a match, no columns added; anti: rows without."
            ),
            OptionSpecification(
                "columns", .oneOrMany(.column), "Columns of the table to add; all but its keys when absent.", examples: ["[name]"]),
            OptionSpecification("prefix", .string, "Put before the names of the added columns.", examples: ["airline_"]),
        ]),
        notes: ["A row with several matches comes once for each. Null keys match nothing. Key columns have one type on both sides."],
        examples: [
            "- join:\n    with: {files: airports.csv, format: csv}\n    on: {dest: faa}\n    kind: left\n    columns: [name]\n    prefix: dest_"
        ])

    package let location: SourceLocation?
    private let table: DefinitionNode
    private let keys: [(input: ColumnArgument, table: ColumnArgument)]
    private let kind: JoinKind
    private let columns: [ColumnArgument]?
    private let prefix: String

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        table = try node.require("with")
        let on = try node.require("on")
        if on.isMapping {
            keys = try on.mapping().map { entry in
                (ColumnArgument(name: entry.key, location: entry.keyLocation), try ColumnArgument(entry.value))
            }
        } else {
            keys = try ColumnArgument.list(on.oneOrMany()).map { ($0, $0) }
        }
        kind = try node[key: "kind"]?.enumeration(JoinKind.self) ?? .inner
        columns = try node[key: "columns"].map { try ColumnArgument.list($0.oneOrMany()) }
        prefix = try node[key: "prefix"]?.string() ?? ""
        if let columns, kind == .semi || kind == .anti {
            throw SluiceError(
                .invalidOption, "a \(kind.rawValue) join adds no columns", at: node[key: "columns"]?.location ?? columns.first?.location,
                remedy: "remove the key columns, or use kind: left")
        }
    }

    package func plan(_ input: Schema, in context: PlanContext) async throws -> StepPlan {
        let opened = try await context.open(table)
        let offered = opened.source.schema
        var errors = ErrorCollector()
        for key in keys { try errors.attempt { try check(key, input, offered) } }
        let added = try errors.attempt { try addedColumns(offered, context) } ?? []
        try errors.throwIfAny()
        let tableKeys = keys.map(\.table.name)
        let planned = try opened.planned(offered.names.filter { tableKeys.contains($0) || added.contains($0) })
        var fields = input.fields
        for name in added {
            var field = offered.fields[try offered.require(name)]
            field.name = prefix + name
            if kind == .left { field.isNullable = true }
            try requireNew(field.name, from: name, among: fields)
            fields.append(field)
        }
        let operation = JoinOperation(
            kind: kind, table: planned, inputKeys: try keys.map { try $0.input.position(in: input) },
            tableKeys: try keys.map { try $0.table.position(in: planned.schema) },
            tableColumns: try added.map { try planned.schema.require($0) })
        let on = keys.map { $0.input.name == $0.table.name ? $0.input.name : "\($0.input.name) = \($0.table.name)" }
        return StepPlan(
            operation: .join(operation), outputSchema: try Schema(fields),
            summary: "\(kind.rawValue), \(planned.summary), on \(on.joined(separator: ", "))")
    }

    private func check(_ key: (input: ColumnArgument, table: ColumnArgument), _ input: Schema, _ offered: Schema) throws(SluiceError) {
        let left = input.fields[try key.input.position(in: input)]
        let right: Field
        do {
            right = offered.fields[try key.table.position(in: offered)]
        } catch {
            var placed = error
            placed.message += " in the table"
            throw placed
        }
        guard left.type == right.type else {
            throw SluiceError(
                .typeError,
                "the key \"\(left.name)\" has the type \(left.type), but \"\(right.name)\" in the table has the type \(right.type)",
                at: key.input.location, remedy: "put `cast: {\(left.name): \(right.type)}` before the join, or declare the table's column")
        }
    }

    private func addedColumns(_ offered: Schema, _ context: PlanContext) throws -> [String] {
        if kind == .semi || kind == .anti { return [] }
        let tableKeys = keys.map(\.table.name)
        guard let columns else {
            return offered.names.filter { !tableKeys.contains($0) && !context.unreadOutputs.contains(prefix + $0) }
        }
        var errors = ErrorCollector()
        for column in columns { try errors.attempt { _ = try column.position(in: offered) } }
        try errors.throwIfAny()
        return columns.map(\.name).filter { !context.unreadOutputs.contains(prefix + $0) }
    }

    private func requireNew(_ name: String, from original: String, among fields: [Field]) throws(SluiceError) {
        guard fields.contains(where: { $0.name == name }) else { return }
        throw SluiceError(
            .duplicateColumn, "the table's column \"\(original)\" would be a second column \"\(name)\"",
            at: columns == nil ? location : place(of: original),
            remedy: "add `prefix: …` to the join, list other `columns`, or drop the column before")
    }

    private func place(of name: String) -> SourceLocation? { columns?.first { $0.name == name }?.location ?? location }
}
