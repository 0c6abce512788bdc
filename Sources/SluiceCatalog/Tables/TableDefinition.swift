package import SluiceCore

/// What a table is: its schema, how its files are read, and what people and other programs say of it.
package struct TableDefinition: Hashable, Sendable {
    package var name: TableName
    /// Columns in the files, in order; partition keys are not among them.
    package var columns: [CatalogColumn]
    /// Columns whose values stand in the path, outermost first.
    package var partitionKeys: [CatalogColumn]
    package var comment: String
    /// The directory, or the one file, that holds the data; empty for a view.
    package var location: String
    /// `csv`, `jsonl`, …; `view` for a view.
    package var format: String
    package var formatOptions: [String: String]
    package var parameters: [String: String]
    package var kind: TableKind = .external
    /// What Hive, Spark and Athena are told of the files, beyond what the format says.
    package var storage = StorageDescriptor()
    package var view: ViewText?
    /// Who answers for the table; empty: nobody is named.
    package var owner = ""
    package var tags: [String: String] = [:]

    package init(
        name: TableName, columns: [CatalogColumn], partitionKeys: [CatalogColumn] = [], comment: String = "", location: String,
        format: String, formatOptions: [String: String] = [:], parameters: [String: String] = [:]
    ) {
        self.name = name
        self.columns = columns
        self.partitionKeys = partitionKeys
        self.comment = comment
        self.location = location
        self.format = format
        self.formatOptions = formatOptions
        self.parameters = parameters
    }

    /// A view: a query with a name.
    package init(view: ViewText, name: TableName, columns: [CatalogColumn], comment: String = "") {
        self.init(name: name, columns: columns, comment: comment, location: "", format: Self.viewFormat)
        self.view = view
        kind = .view
    }

    /// What stands for the format of a view, which has no files.
    package static let viewFormat = "view"

    package var isView: Bool { view != nil }

    /// Columns and partition keys, as a query sees them.
    package func schema() throws(SluiceError) -> Schema { try Schema((columns + partitionKeys).map(\.field)) }

    /// Whether going from `other` to this makes a new version.
    func changesSchema(of other: TableDefinition) -> Bool {
        columns != other.columns || partitionKeys != other.partitionKeys || format != other.format || formatOptions != other.formatOptions
            || kind != other.kind || storage != other.storage || view != other.view
    }
}

extension TableDefinition {
    /// The parameter with which crawlers of Glue mark a table whose data is gone: milliseconds since 1970.
    private static let crawlerMark = "DEPRECATED_BY_CRAWLER"
    private static let mark = "deprecated"

    /// The parameter with the one file of a table in whose folder files of other tables lie: what clients of Glue, who list a location, are told.
    package static let onlyFile = "sluice.glue.file"

    /// The parameter with the partition indexes of a table by name, as JSON: `{"by_day":["day"]}`.
    package static let partitionIndexes = "sluice.glue.indexes"

    /// Gives a table with partition keys an index over all of them, unless it has indexes.
    package mutating func addPartitionIndex(_ name: String) {
        guard !partitionKeys.isEmpty, parameters[Self.partitionIndexes] == nil else { return }
        let keys = Value.list(partitionKeys.map { .string($0.name) })
        parameters[Self.partitionIndexes] = Value.structure([.init(name, keys)]).json
    }

    /// Why the table should not be used any more; nil for one in use. It stands in the parameters, where other programs find it.
    package var deprecation: String? {
        get { parameters[Self.mark] ?? parameters[Self.crawlerMark].map { _ in "a crawler did not find its data any more" } }
        set {
            parameters[Self.mark] = newValue
            if newValue == nil { parameters[Self.crawlerMark] = nil }
        }
    }

    /// Why rows cannot be added to a table.
    package enum Misfit: Hashable, Sendable {
        case format, partitionKeys, location
        /// A column of the table that has another type in the rows.
        case type(CatalogColumn, rows: DataType)
        /// Files without a header have the table's columns by their places.
        case order
    }

    /// What keeps files of both from being read with one description; nil where rows of this one can be added to the table.
    package func misfit(in table: TableDefinition) -> Misfit? {
        func names(_ columns: [CatalogColumn]) -> [String] { columns.map { "\($0.name) \($0.type)" } }
        if format != table.format || formatOptions != table.formatOptions { return .format }
        if names(partitionKeys) != names(table.partitionKeys) { return .partitionKeys }
        if location != table.location { return .location }
        let own = Dictionary(columns.map { ($0.name, $0.type) }) { first, _ in first }
        for column in table.columns { if let type = own[column.name], type != column.type { return .type(column, rows: type) } }
        let isInOrder = columns.map(\.name) == table.columns.prefix(columns.count).map(\.name)
        return formatOptions["header"] == "false" && !isInOrder ? .order : nil
    }

    /// The columns of the table, as far as they are described here, and those that it does not have.
    package mutating func takeColumns(of table: TableDefinition) {
        let own = Dictionary(columns.map { ($0.name, $0) }) { first, _ in first }
        let known = Set(table.columns.map(\.name))
        columns = table.columns.map { own[$0.name] ?? $0 } + columns.filter { !known.contains($0.name) }
    }

    /// What a run commits that was planned for an earlier state of the table: columns that the table got meanwhile stay where rows are added.
    ///
    /// - Parameter isAdded: Whether rows are added; otherwise all rows of the table were written anew, with the columns of this one.
    /// - Throws: `tableChanged` where the table is not as it was planned.
    mutating func meet(_ current: TableDefinition, isAdded: Bool) throws(SluiceError) {
        let own = Dictionary(columns.map { ($0.name, $0.type) }) { first, _ in first }
        guard isAdded ? misfit(in: current) == nil : current.columns.allSatisfy({ own[$0.name] == $0.type }) else {
            throw SluiceError(
                .tableChanged, "table \(name) got another format, place or other columns while a run wrote into it",
                remedy: "run it again: it goes on with the table as it is now")
        }
        if isAdded { takeColumns(of: current) }
    }

    /// What a run writes, with all that the run does not know: who owns the table, its tags, what other programs keep with it.
    ///
    /// A descriptor that was given for files of another format goes.
    func keepingDescriptions(of current: TableDefinition) -> TableDefinition {
        var kept = self
        if kept.owner.isEmpty { kept.owner = current.owner }
        if kept.tags.isEmpty { kept.tags = current.tags }
        if kept.storage.isEmpty, format == current.format { kept.storage = current.storage }
        let parameters = Dictionary(
            (current.columns + current.partitionKeys).map { ($0.name, $0.parameters) }, uniquingKeysWith: { first, _ in first })
        for index in kept.columns.indices where kept.columns[index].parameters.isEmpty {
            kept.columns[index].parameters = parameters[kept.columns[index].name] ?? [:]
        }
        for index in kept.partitionKeys.indices where kept.partitionKeys[index].parameters.isEmpty {
            kept.partitionKeys[index].parameters = parameters[kept.partitionKeys[index].name] ?? [:]
        }
        return kept
    }
}
