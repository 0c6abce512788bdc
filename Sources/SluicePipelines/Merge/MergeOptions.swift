package import SluiceCore
import SluiceExpressions

/// How the rows of a run meet those that a sink has already, by the values of key columns.
package struct MergeOptions: Sendable {
    /// What becomes of a row whose key is there.
    package enum Kind: Sendable {
        /// The newer row replaces the older one.
        case latest
        /// Both stay, each with the time for which it was valid (a slowly changing dimension of type 2).
        case history
    }

    package static let specifications = [
        OptionSpecification(
            "keys", .oneOrMany(.column),
            "With `mode: merge` or `history`: the columns that say which rows are one thing. A row in which one of them is null is a bad record.",
            examples: ["customer_id", "[shop, order_id]"]),
        OptionSpecification(
            "order_by", .oneOrMany(.column),
            "With `mode: merge`: of the rows of a key, those of the table among them, the one with the greatest values stays; null is less than all."
                + " Without it, and where rows are equal, the last one of the run stays.", examples: ["updated_at"]),
        OptionSpecification(
            "changed_at", .column,
            "With `mode: history`: the column that says from when on a row is valid, a timestamp or a date. In the table it is called valid_from.",
            examples: ["updated_at"]),
        OptionSpecification(
            "compare", .oneOrMany(.column),
            "With `mode: history`: the columns whose change makes a new version; all but the keys when absent.",
            examples: ["[address, tier]"]),
        OptionSpecification(
            "delete_when", .expression,
            "With `mode: merge` or `history`: a row for which it is true deletes its key: the key's row is removed, or its version ends there.",
            examples: ["op = 'D'"]),
        OptionSpecification(
            "not_stored", .oneOrMany(.column),
            "With `mode: merge` or `history`: columns that delete_when needs and the table does not keep.",
            examples: ["op"]),
    ]

    package let kind: Kind
    let keys: [ColumnArgument]
    let order: [ColumnArgument]
    let changedAt: ColumnArgument?
    let compared: [ColumnArgument]?
    let deleteWhen: ExpressionArgument?
    let notStored: [ColumnArgument]

    /// - Throws: `missingKey` or `invalidOption`, placed, where options of the kind are missing or belong to the other one.
    package init(_ options: OptionValues, kind: Kind) throws {
        self.kind = kind
        guard let keyed = options["keys"] else {
            throw Self.missing(options, "keys", "which say which rows are one", example: "keys: [id]", kind)
        }
        keys = try Self.columns(keyed)
        guard !keys.isEmpty else { throw options.invalid("keys", "keys names no column", remedy: "for example: keys: [id]") }
        order = try options["order_by"].map(Self.columns) ?? []
        changedAt = try options["changed_at"].map { try ColumnArgument($0) }
        compared = try options["compare"].map(Self.columns)
        deleteWhen = try options["delete_when"].map { try ExpressionArgument($0) }
        notStored = try options["not_stored"].map(Self.columns) ?? []
        switch kind {
        case .latest:
            for name in ["changed_at", "compare"] where options.has(name) {
                throw options.invalid(name, "\(name) belongs to mode: history", remedy: "leave it out, or write mode: history")
            }
        case .history:
            if options.has("order_by") {
                throw options.invalid("order_by", "with mode: history, changed_at says which row is newer", remedy: "leave out order_by")
            }
            guard options.has("changed_at") else {
                throw Self.missing(
                    options, "changed_at", "the column that says from when on a row is valid", example: "changed_at: updated_at", kind)
            }
        }
    }

    /// Placed at the mode that asks for the option.
    private static func missing(
        _ options: OptionValues, _ name: String, _ meaning: String, example: String, _ kind: Kind
    ) -> SluiceError {
        let mode = kind == .latest ? "merge" : "history"
        return SluiceError(
            .missingKey, "mode: \(mode) needs \(name), \(meaning)", at: options.location(of: "mode"), remedy: "for example: \(example)")
    }

    /// - Throws: `invalidOption`, placed, for an option that means nothing in a mode without keys.
    package static func refuse(in options: OptionValues) throws(SluiceError) {
        for option in specifications where options.has(option.name) {
            throw options.invalid(
                option.name, "\(option.name) means nothing without `mode: merge` or `mode: history`",
                remedy: "add `mode: merge` to replace rows by their keys, or leave out \(option.name)")
        }
    }

    private static func columns(_ node: DefinitionNode) throws -> [ColumnArgument] { try ColumnArgument.list(node.oneOrMany()) }

    /// Columns of the rows that a table does not keep.
    package var helping: Set<String> { Set(notStored.map(\.name)) }

    /// What rows are to have that are merged into a table: not what a history makes itself.
    package func incoming(_ table: Schema) throws(SluiceError) -> Schema {
        guard kind == .history, let changedAt, let from = table[HistoryColumns.from] else { return table }
        let made = Set(HistoryColumns.all + [changedAt.name])
        return try Schema(table.fields.filter { !made.contains($0.name) } + [Field(changedAt.name, from.type)])
    }

    /// `by id, newest by updated_at`.
    package var summary: String {
        let by = "by " + keys.map(\.name).joined(separator: ", ")
        switch kind {
        case .latest: return by + (order.isEmpty ? "" : ", newest by " + order.map(\.name).joined(separator: ", "))
        case .history: return by + ", all versions by " + (changedAt?.name ?? "")
        }
    }
}

/// The rows that a sink has, for a run that merges its own into them.
package protocol MergedRows: Source {
    /// From now on columns that rows of the run have, beyond those of the schema, are read, too: null where a row was stored without them.
    func add(_ columns: [Field])
}

/// What a sink that merges asks the planner for.
package struct SinkMerge: Sendable {
    package var options: MergeOptions
    /// The rows that the sink has when a run, or an epoch of it, reads them; its schema is empty where the sink has none yet.
    package var target: any MergedRows

    package init(_ options: MergeOptions, target: any MergedRows) {
        self.options = options
        self.target = target
    }
}
