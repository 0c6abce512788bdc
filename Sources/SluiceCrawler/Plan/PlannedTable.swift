package import SluiceCatalog
package import SluiceCore

/// A table as a crawl found it, beside what the catalog has.
package struct PlannedTable: Sendable {
    /// What becomes of it in the catalog.
    package enum Change: String, Sendable {
        case created, updated, unchanged
        /// It differs, and the policy is to report that only.
        case logged
    }

    /// A column that differs.
    package enum ColumnChange: Hashable, Sendable {
        case added(String, DataType)
        case removed(String, DataType)
        case retyped(String, from: DataType, to: DataType)
    }

    package var name: TableName
    package var change: Change
    /// What the catalog will have.
    package var definition: TableDefinition
    package var columnChanges: [ColumnChange] = []
    /// Of changes of columns that the policy keeps out of the catalog.
    package var keptOut: [ColumnChange] = []
    /// Values of partitions.
    package var addedPartitions: [[String]] = []
    package var removedPartitions: [[String]] = []
    package var addedFiles = 0
    package var removedFiles = 0
    package var changedFiles = 0
    /// Other than columns: the format, its options, the location.
    package var otherChanges: [String] = []
    /// None where the table was not read, because nothing of it has changed.
    package var files: [TableFile]
    package var fileCount: Int
    package var compression: String
    package var classifier: String
    package var rows: Int64
    package var rejected: Int64
    package var rejects: [Reject]
    package var notices: [String] = []
    /// For each column what its values were: a list of objects; null where the table was not read.
    package var evidence: Value

    init(
        name: TableName, change: Change, definition: TableDefinition, files: [TableFile] = [], fileCount: Int, compression: String,
        classifier: String, rows: Int64, rejected: Int64 = 0, rejects: [Reject] = [], evidence: Value = .null
    ) {
        self.name = name
        self.change = change
        self.definition = definition
        self.files = files
        self.fileCount = fileCount
        self.compression = compression
        self.classifier = classifier
        self.rows = rows
        self.rejected = rejected
        self.rejects = rejects
        self.evidence = evidence
    }

    package var json: Value {
        .structure([
            .init("table", .string(name.description)), .init("change", .string(change.rawValue)),
            .init("location", .string(definition.location)), .init("format", .string(definition.format)),
            .init("compression", .string(compression)), .init("classifier", .string(classifier)),
            .init(
                "format_options", .structure(definition.formatOptions.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
            .init("columns", .list(definition.columns.map(Self.json))),
            .init("partition_keys", .list(definition.partitionKeys.map(Self.json))), .init("files", .integer(Int64(fileCount))),
            .init("rows", .integer(rows)), .init("rejected", .integer(rejected)), .init("rejects", .list(rejects.prefix(5).map(Self.json))),
            .init("column_changes", .list(columnChanges.map(\.json))), .init("kept_out", .list(keptOut.map(\.json))),
            .init("partitions_added", .integer(Int64(addedPartitions.count))),
            .init("partitions_removed", .integer(Int64(removedPartitions.count))), .init("files_added", .integer(Int64(addedFiles))),
            .init("files_removed", .integer(Int64(removedFiles))), .init("files_changed", .integer(Int64(changedFiles))),
            .init("other_changes", .list(otherChanges.map { .string($0) })), .init("notices", .list(notices.map { .string($0) })),
        ])
    }

    private static func json(_ column: CatalogColumn) -> Value {
        .structure([.init("name", .string(column.name)), .init("type", .string(column.type.description))])
    }

    private static func json(_ reject: Reject) -> Value {
        .structure([
            .init("code", .string(reject.error.code.name)), .init("message", .string(reject.error.message)),
            .init("place", reject.location.map { .string($0.description) } ?? .null),
        ])
    }
}

extension PlannedTable.ColumnChange: CustomStringConvertible {
    /// `+gate string`, `-gate string`, `flight: int64 to string`.
    package var description: String {
        switch self {
        case .added(let name, let type): "+\(name) \(type)"
        case .removed(let name, let type): "-\(name) \(type)"
        case .retyped(let name, let from, let to): "\(name): \(from) to \(to)"
        }
    }

    var json: Value {
        switch self {
        case .added(let name, let type):
            .structure([
                .init("column", .string(name)), .init("change", .string("added")), .init("from", .null),
                .init("to", .string(type.description)),
            ])
        case .removed(let name, let type):
            .structure([
                .init("column", .string(name)), .init("change", .string("removed")), .init("from", .string(type.description)),
                .init("to", .null),
            ])
        case .retyped(let name, let from, let to):
            .structure([
                .init("column", .string(name)), .init("change", .string("retyped")), .init("from", .string(from.description)),
                .init("to", .string(to.description)),
            ])
        }
    }
}
