package import SluiceCore

/// `join: {with: {files: airlines.csv}, on: [carrier]}`
package struct JoinStep: StepDefinition {
    package static let manual = StepManual(
        key: "join", summary: "Adds the columns of a table's rows whose key columns are equal.",
        arguments: .object(
            [
                OptionSpecification(
                    "with", .source, isRequired: true, "The table: any source. With `within`, the stream to join with.",
                    examples: ["{files: airlines.csv}", "{stream: payments}"]),
                OptionSpecification(
                    "on", .either([.mapping(key: "column", .column, minimum: 1), .oneOrMany(.column)]),
                    "Key columns: a list where the names are the same on both sides, otherwise `column: column of the table`. Required unless `as_of` is there.",
                    examples: ["[carrier]", "{dest: faa}"]),
                OptionSpecification(
                    "kind", .enumeration(JoinKind.allCases.map(\.rawValue)), default: "inner",
                    "inner: rows with a match; left: all rows of the input, null without a match; right: all rows of the table; full: all rows of both; semi: rows with a match, no columns added; anti: rows without."
                ),
                OptionSpecification(
                    "columns", .oneOrMany(.column),
                    "Columns of the table to add; when absent all but its keys, and but the `as_of` column where it has one name on both sides.",
                    examples: ["[name]"]),
                OptionSpecification("prefix", .string, "Put before the names of the added columns.", examples: ["airline_"]),
                AsOfArgument.specification,
                OptionSpecification(
                    "refresh", .timeSpan(0...TimeSpan.maxMicros), default: "1 minute",
                    "In a run that follows its source, how old the table may be before it is read anew."),
            ] + IntervalArguments.specifications),
        notes: [
            "A row with several matches comes once for each. Null keys match nothing; NaN equals NaN, and 0.0 equals -0.0. Key columns have one type on both sides.",
            "In a right or full join the key column of a table's row without a match holds the table's key, and the input's other columns are null.",
            "The table is read first, by all workers, and kept in memory by its keys, so the smaller side belongs in `with`; then the rows keep the order of the input, and those of the table without a match come last. A table that `--memory` does not hold goes to disk together with the input, and the rows come in no particular order.",
            "With `within`, a row of either side finds the other's rows whenever they come, before it or after it, and in whatever run. An unmatched row is handed on once the watermark says that its match cannot come any more; one of the other side has its key and its time in the place of the input's. Keys and times of both sides are kept as long as matches may come: in memory up to `--memory`, and on disk beyond it.",
            "Two streams can be joined only with `within`: without a bound every row would have to be kept for ever.",
        ],
        examples: [
            "- join:\n    with: {files: airports.csv, format: csv}\n    on: {dest: faa}\n    kind: left\n    columns: [name]\n    prefix: dest_",
            "- join:\n    with: {files: weather.csv}\n    on: [origin]\n    as_of: {on: {dep_time: observed_at}, direction: backward, tolerance: 1 hour}\n    kind: left",
            "- join:\n    with: {files: \"payments/*.csv\", columns: {order_id: int64, paid_at: timestamp, amount: \"decimal(12,2)\"}}\n    on: {id: order_id}\n    time: {ordered_at: paid_at}\n    within: {before: 0 s, after: 1 hour}\n    delay: 5 s\n    kind: left",
        ])

    typealias Key = (input: ColumnArgument, table: ColumnArgument)

    package let location: SourceLocation?
    private let table: DefinitionNode
    private let keys: [Key]
    private let kind: JoinKind
    private let columns: [ColumnArgument]?
    private let prefix: String
    private let asOf: AsOfArgument?
    private let refresh: TimeSpan
    private let interval: IntervalArguments?

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        table = try node.require("with")
        asOf = try node[key: "as_of"].map { try AsOfArgument(from: $0) }
        keys = try node[key: "on"].map { try Self.pairs($0) } ?? []
        if keys.isEmpty, asOf == nil { throw node.missing("on", remedy: "for example: on: [carrier]") }
        kind = try node[key: "kind"]?.enumeration(JoinKind.self) ?? .inner
        columns = try node[key: "columns"].map { try ColumnArgument.list($0.oneOrMany()) }
        prefix = try node[key: "prefix"]?.string() ?? ""
        refresh = try node[key: "refresh"]?.timeSpan() ?? TimeSpan(micros: 60_000_000)
        interval = try IntervalArguments(from: node)
        if interval != nil, node[key: "on"] == nil { throw node.missing("on", remedy: "for example: on: [id]") }
        if let columns, !kind.addsColumns {
            throw SluiceError(
                .invalidOption, "a \(kind.rawValue) join adds no columns", at: node[key: "columns"]?.location ?? columns.first?.location,
                remedy: "remove the key columns, or use kind: left")
        }
        if asOf != nil, kind.keepsTable {
            throw SluiceError(
                .invalidOption, "an as-of join cannot be of the kind \(kind.rawValue)", at: node[key: "kind"]?.location ?? location,
                remedy: "use inner, left, semi or anti")
        }
    }

    /// Pairs of columns that are given as names that both sides have, or as a mapping.
    static func pairs(_ node: DefinitionNode) throws -> [Key] {
        if node.isMapping {
            return try node.mapping().map { entry in
                (ColumnArgument(name: entry.key, location: entry.keyLocation), try ColumnArgument(entry.value))
            }
        }
        return try ColumnArgument.list(node.oneOrMany()).map { ($0, $0) }
    }

    package func plan(_ input: Schema, in context: PlanContext) async throws -> StepPlan {
        let opened = try await context.open(table)
        let offered = opened.source.schema
        var errors = ErrorCollector()
        for key in keys { try errors.attempt { try Self.check(key, input, offered) } }
        if let asOf { try errors.attempt { try asOf.check(input, offered) } }
        if let interval { try errors.attempt { try interval.check(input, offered) } }
        let added = try errors.attempt { try addedColumns(offered, context) } ?? []
        try errors.throwIfAny()
        let read = Set(keys.map(\.table.name) + added + [asOf?.columns, interval?.columns].compactMap { $0?.table.name })
        let planned = try opened.planned(offered.names.filter(read.contains))
        var operation = JoinOperation(
            kind: kind, table: planned, inputKeys: try keys.map { try $0.input.position(in: input) },
            tableKeys: try keys.map { try $0.table.position(in: planned.schema) },
            tableColumns: try added.map { try planned.schema.require($0) }, asOf: try asOf?.bound(input, planned.schema))
        operation.refreshMicros = refresh.micros
        operation.interval = try interval?.bound(input, planned.schema)
        return StepPlan(
            operation: .join(operation), outputSchema: try outputSchema(input, offered, added), summary: summary(planned.summary))
    }

    private func summary(_ table: String) -> String {
        let on = keys.map { $0.input.name == $0.table.name ? $0.input.name : "\($0.input.name) = \($0.table.name)" }
        let matches = (on.isEmpty ? [] : ["on \(on.joined(separator: ", "))"]) + (asOf.map { [$0.summary] } ?? [])
        if let interval {
            return "\(kind.rawValue), \(table), \((matches + [interval.summary]).joined(separator: ", ")); both sides are followed"
        }
        return "\(kind.rawValue), \(table), \(matches.joined(separator: ", ")); the table is hashed, by disk beyond --memory"
    }

    private func outputSchema(_ input: Schema, _ offered: Schema, _ added: [String]) throws -> Schema {
        var fields = input.fields
        if kind.keepsTable {
            for index in fields.indices {
                let filled = keys + [interval?.columns].compactMap(\.self)
                guard let key = filled.first(where: { $0.input.name == fields[index].name }) else {
                    fields[index].isNullable = true
                    continue
                }
                let tableKey = offered.fields[try offered.require(key.table.name)]
                fields[index].isNullable = tableKey.isNullable || (kind == .full && fields[index].isNullable)
            }
        }
        for name in added {
            var field = offered.fields[try offered.require(name)]
            field.name = prefix + name
            if kind.keepsInput { field.isNullable = true }
            try requireNew(field.name, from: name, among: fields)
            fields.append(field)
        }
        return try Schema(fields)
    }

    /// Both columns are there and have one type.
    static func check(_ key: Key, _ input: Schema, _ offered: Schema) throws(SluiceError) {
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
        if !kind.addsColumns { return [] }
        guard let columns else {
            var hidden = Set(keys.map(\.table.name))
            for time in [asOf?.columns, interval?.columns].compactMap(\.self) where time.input.name == time.table.name {
                hidden.insert(time.table.name)
            }
            return offered.names.filter { !hidden.contains($0) && !context.unreadOutputs.contains(prefix + $0) }
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
