package import SluiceCore

/// A database: a named group of tables.
package struct DatabaseRecord: Hashable, Sendable {
    package var name: String
    package var comment: String
    package var location: String?
    package var parameters: [String: String]
    package var tableCount: Int
    /// Microseconds since 1970.
    package var createdMicros: Int64
    package var updatedMicros: Int64

    package var json: Value {
        .structure([
            .init("name", .string(name)), .init("comment", .string(comment)), .init("location", location.map { .string($0) } ?? .null),
            .init("parameters", .map(parameters)), .init("tables", .integer(Int64(tableCount))),
            .init("created_at", .timestamp(createdMicros, zoned: true)), .init("updated_at", .timestamp(updatedMicros, zoned: true)),
        ])
    }
}

/// One line of a list of tables.
package struct TableSummary: Hashable, Sendable {
    package var name: TableName
    package var comment: String
    package var location: String
    package var format: String
    package var version: Int
    package var rowCount: Int64
    package var byteCount: Int64
    package var fileCount: Int64
    package var updatedMicros: Int64

    package var json: Value {
        .structure([
            .init("database", .string(name.database)), .init("table", .string(name.table)), .init("comment", .string(comment)),
            .init("location", .string(location)), .init("format", .string(format)), .init("version", .integer(Int64(version))),
            .init("rows", .integer(rowCount)), .init("bytes", .integer(byteCount)), .init("files", .integer(fileCount)),
            .init("updated_at", .timestamp(updatedMicros, zoned: true)),
        ])
    }
}

/// A table with all that the catalog knows of it, except its partitions and files.
package struct TableRecord: Hashable, Sendable {
    package var definition: TableDefinition
    /// From 1; one more for each change of schema.
    package var version: Int
    /// From 1; one more for each change of anything that the definition says.
    package var revision: Int64
    package var rowCount: Int64
    package var byteCount: Int64
    package var fileCount: Int64
    package var partitionCount: Int64
    /// Microseconds since 1970.
    package var createdMicros: Int64
    package var updatedMicros: Int64

    package var json: Value {
        .structure([
            .init("database", .string(definition.name.database)), .init("table", .string(definition.name.table)),
            .init("comment", .string(definition.comment)), .init("location", .string(definition.location)),
            .init("format", .string(definition.format)), .init("format_options", .map(definition.formatOptions)),
            .init("parameters", .map(definition.parameters)), .init("version", .integer(Int64(version))),
            .init("columns", .list(definition.columns.map(\.json))),
            .init("partition_keys", .list(definition.partitionKeys.map(\.json))), .init("rows", .integer(rowCount)),
            .init("bytes", .integer(byteCount)), .init("files", .integer(fileCount)), .init("partitions", .integer(partitionCount)),
            .init("created_at", .timestamp(createdMicros, zoned: true)), .init("updated_at", .timestamp(updatedMicros, zoned: true)),
            .init("kind", .string(definition.kind.rawValue)), .init("owner", .string(definition.owner)),
            .init("tags", .map(definition.tags)), .init("deprecated", .text(definition.deprecation)),
            .init("view", definition.view?.json ?? .null), .init("storage", definition.hiveStorage.json),
            .init("revision", .integer(revision)),
        ])
    }
}

/// One data file of a table.
package struct TableFile: Hashable, Sendable {
    package var path: String
    /// Values of the partition keys as text; empty for a table without.
    package var partition: [String]
    package var rowCount: Int64
    package var byteCount: Int64
    /// The run that wrote it; nil for a file that was found. Only files of runs are ever removed.
    package var run: RunID?

    package init(path: String, partition: [String] = [], rowCount: Int64, byteCount: Int64, run: RunID? = nil) {
        self.path = path
        self.partition = partition
        self.rowCount = rowCount
        self.byteCount = byteCount
        self.run = run
    }

    package var json: Value {
        .structure([
            .init("path", .string(path)), .init("partition", .list(partition.map { .string($0) })), .init("rows", .integer(rowCount)),
            .init("bytes", .integer(byteCount)), .init("run_id", run.map { .string($0.text) } ?? .null),
        ])
    }
}

extension Value {
    /// A map with text values, keys sorted.
    static func map(_ entries: [String: String]) -> Value {
        .structure(entries.sorted { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
    }
}
