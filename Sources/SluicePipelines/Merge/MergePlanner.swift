import SluiceCore
import SluiceExpressions

/// Turns what a sink merges into steps behind those of the definition: the rows that the sink has are added to the run's, and one row, or one
/// history, is made of those of each key. The result replaces what the sink has.
struct MergePlanner {
    private let options: MergeOptions
    private let target: any MergedRows
    private let input: Schema
    /// Columns beside those that are stored, by what they are for.
    private let helpers: HelperNames

    init(_ merge: SinkMerge, input: Schema) {
        options = merge.options
        target = merge.target
        self.input = input
        helpers = HelperNames(taken: input.names + merge.target.schema.names)
    }

    /// - Throws: `unknownColumn`, `typeError`, `invalidOption` or `headerMismatch`, placed in the sink's options where they can be.
    func plan() throws -> [StepPlan] {
        let stored = try storedColumns()
        let checked = try presence()
        let projected = try projection(stored)
        let union = try union(projected.outputSchema)
        let rest = options.kind == .latest ? try latest(union.outputSchema) : try history(union.outputSchema)
        return [checked, projected, union] + rest
    }

    // MARK: The run's rows

    /// Positions in the input of the columns that the sink keeps, in order; without the time of a history, which has columns of its own.
    private func storedColumns() throws -> [Int] {
        var errors = ErrorCollector()
        var left: Set<Int> = []
        for column in options.notStored {
            if let position = try errors.attempt({ try column.position(in: input) }) { left.insert(position) }
        }
        for column in options.keys + options.order {
            try errors.attempt {
                if left.contains(try column.position(in: input)) { throw needed(column) }
            }
        }
        if let changedAt = options.changedAt {
            try errors.attempt {
                let position = try changedAt.position(in: input)
                try requireTime(input.fields[position], changedAt)
                left.insert(position)
            }
        }
        try errors.throwIfAny()
        return input.fields.indices.filter { !left.contains($0) }
    }

    private func needed(_ column: ColumnArgument) -> SluiceError {
        SluiceError(
            .invalidOption, "column \(column.name.quotedForMessage) is compared with that of stored rows, so it must be stored",
            at: column.location, remedy: "leave it out of not_stored")
    }

    private func requireTime(_ field: Field, _ column: ColumnArgument) throws(SluiceError) {
        switch field.type {
        case .timestamp, .date: return
        default:
            throw SluiceError(
                .typeError, "changed_at must be a timestamp or a date, but \(column.name.quotedForMessage) is \(field.type)",
                at: column.location,
                remedy: field.type.timeRemedy(of: QuotedName.of(column.name)) {
                    "compute it in a step before: - derive: {\(column.name): '\($0)'}"
                })
        }
    }

    /// Rows without a key are bad records.
    private func presence() throws -> StepPlan {
        let names = (options.keys + [options.changedAt].compactMap(\.self)).map(\.name)
        let operation = try AssertOperation(presenceOf: names, in: input)
        return StepPlan(operation: .assert(operation), outputSchema: input, summary: "rows have their keys")
    }

    /// The stored columns, and behind them what says which row counts.
    private func projection(_ stored: [Int]) throws -> StepPlan {
        var builder = ProjectionBuilder(over: input)
        for position in stored { builder.append(position, as: input.names[position]) }
        if let changedAt = options.changedAt {
            let position = try changedAt.position(in: input)
            for name in HistoryColumns.all where stored.contains(where: { input.names[$0] == name }) { throw taken(name) }
            builder.append(position, as: HistoryColumns.from)
            builder.set(HistoryColumns.to, try expression("CAST(NULL AS \(input.fields[position].type))"))
        }
        let deletes = try options.deleteWhen.map { condition in
            _ = try condition.bindPredicate(to: input)
            return "coalesce((\(condition.text)), false)"
        }
        builder.set(helpers.deleted, try expression(deletes ?? "false"))
        builder.set(helpers.isNew, try expression("true"))
        return try builder.plan("what is stored of the run's rows")
    }

    private func taken(_ name: String) -> SluiceError {
        SluiceError(
            .duplicateColumn, "the rows have a column \(name.quotedForMessage), which a history makes itself",
            at: options.changedAt?.location,
            remedy: "rename it before")
    }

    private func expression(_ text: String) throws -> BoundExpression { try Expression(parsing: text).bind(to: input) }

    // MARK: The sink's rows

    /// The sink's rows behind the run's, under one schema: the sink's columns first, in its order.
    private func union(_ new: Schema) throws -> StepPlan {
        let own = new.fields.filter { $0.name != helpers.deleted && $0.name != helpers.isNew }
        var held = target.schema.fields.filter { options.kind == .latest || $0.name != HistoryColumns.isCurrent }
        if held.isEmpty { held = own }
        var fields: [Field] = []
        for field in held {
            guard let match = own.first(where: { $0.name == field.name }) else { throw lacking(field) }
            guard match.type == field.type else { throw mismatch(field, match) }
            fields.append(Field(field.name, field.type, isNullable: field.isNullable || match.isNullable))
        }
        // A run's first epoch stores them, and its others find them in the rows that it stored.
        let known = Set(held.map(\.name))
        let added = own.filter { !known.contains($0.name) }.map { Field($0.name, $0.type) }
        target.add(target.schema.fields.isEmpty ? own : added)
        held += added
        fields += added
        fields += [helpers.deleted, helpers.isNew].map { Field($0, .boolean) }
        let schema = try Schema(fields)
        let heldSchema = try Schema(held)
        var source = PlannedSource(source: target, columns: heldSchema.names, schema: heldSchema, summary: "the rows that are there")
        source.isOfSink = true
        let operation = UnionOperation(
            other: source, inputColumns: schema.names.map { new.index(of: $0) }, otherColumns: schema.names.map { heldSchema.index(of: $0) }
        )
        return StepPlan(operation: .union(operation), outputSchema: schema, summary: source.summary)
    }

    private func lacking(_ field: Field) -> SluiceError {
        SluiceError(
            .headerMismatch, "the table has a column \(field.name.quotedForMessage), which the rows that are merged lack",
            remedy: "derive it (\(QuotedName.of(field.name)): CAST(NULL AS \(field.type))) if it shall become null in rows that change")
    }

    private func mismatch(_ field: Field, _ own: Field) -> SluiceError {
        SluiceError(
            .typeError, "column \(field.name.quotedForMessage) is \(field.type) in the table, and \(own.type) in the rows that are merged",
            remedy: "cast it to \(field.type) before")
    }

    // MARK: One row, or one history, of each key

    private func latest(_ schema: Schema) throws -> [StepPlan] {
        let keys = try options.keys.map { try $0.position(in: schema) }
        var order = try options.order.map { SortKey(column: try $0.position(in: schema), isDescending: false, nullsFirst: true) }
        for (column, key) in zip(options.order, order) { try requireOrder(schema.fields[key.column], column) }
        order.append(SortKey(column: try schema.require(helpers.isNew), isDescending: false, nullsFirst: true))
        let kept = StepPlan(
            operation: .deduplicate(keys: keys, keep: .last, order: order), outputSchema: schema, summary: options.summary)
        let stays = try Expression(parsing: "NOT coalesce(\(QuotedName.of(helpers.deleted)), false)").bindPredicate(to: schema)
        var builder = ProjectionBuilder(over: schema)
        for (position, name) in schema.names.enumerated() where name != helpers.deleted && name != helpers.isNew {
            builder.append(position, as: name)
        }
        return [
            kept, StepPlan(operation: .filter(stays), outputSchema: schema, summary: "rows that were not deleted"),
            try builder.plan("the columns that are stored"),
        ]
    }

    private func history(_ schema: Schema) throws -> [StepPlan] {
        let keys = try options.keys.map { try $0.position(in: schema) }
        for (column, key) in zip(options.keys, keys) { try requireOrder(schema.fields[key], column) }
        let from = try schema.require(HistoryColumns.from)
        let isNew = try schema.require(helpers.isNew)
        let sorted = StepPlan(
            operation: .sort((keys + [from, isNew]).map { SortKey(column: $0, isDescending: false, nullsFirst: true) }),
            outputSchema: schema,
            summary: "keys and time")
        let to = try schema.require(HistoryColumns.to)
        let deleted = try schema.require(helpers.deleted)
        let data = schema.fields.indices.filter { ![from, to, deleted, isNew].contains($0) }
        let compared = try options.compared.map { try $0.map { try $0.position(in: schema) } } ?? data.filter { !keys.contains($0) }
        let operation = HistoryOperation(
            keys: keys, compared: compared, columns: data, from: from, to: to, deleted: deleted, isNew: isNew)
        let output = try Schema(
            data.map { schema.fields[$0] } + [
                Field(HistoryColumns.from, schema.fields[from].type, isNullable: false), Field(HistoryColumns.to, schema.fields[to].type),
                Field(HistoryColumns.isCurrent, .boolean, isNullable: false),
            ])
        return [sorted, StepPlan(operation: .history(operation), outputSchema: output, summary: options.summary)]
    }

    private func requireOrder(_ field: Field, _ column: ColumnArgument) throws(SluiceError) {
        switch field.type {
        case .list, .structure, .map, .choice:
            throw SluiceError(
                .typeError, "column \(field.name.quotedForMessage) has the type \(field.type), which has no order", at: column.location,
                remedy: "name a column with an order")
        default: return
        }
    }
}

/// Names of the columns that a history adds.
package enum HistoryColumns {
    static let from = "valid_from"
    static let to = "valid_to"
    package static let isCurrent = "is_current"
    static let all = [from, to, isCurrent]
}

/// Columns that exist between the first and the last step of a merge.
private struct HelperNames {
    let deleted: String
    let isNew: String

    init(taken: [String]) {
        func free(_ name: String) -> String {
            var name = name
            while taken.contains(name) { name += "'" }
            return name
        }
        deleted = free("deleted by the run")
        isNew = free("of the run")
    }
}
