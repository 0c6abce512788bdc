package import SluiceCore

/// The files of a table that share the values of its partition keys.
package struct PartitionRecord: Hashable, Sendable {
    /// As text, in the order of the keys.
    package var values: [String]
    package var location: String
    package var fileCount: Int64
    package var rowCount: Int64
    package var byteCount: Int64
    /// Microseconds since 1970.
    package var createdMicros: Int64
    package var updatedMicros: Int64
    package var parameters: [String: String]
    package var layout: PartitionLayout

    /// The parameter of partitions whose files are those that lie at their place, beside those that the catalog knows.
    package static let listed = "sluice.glue.listed"

    /// Whether its files are found by looking at its place: nobody has told the catalog of all of them.
    package var isListed: Bool { fileCount == 0 || parameters[Self.listed] != nil }

    /// Nil: as the table's.
    package var storage: StorageDescriptor? { layout.storage }
    /// Columns that somebody gave it, which stay when the table gets others; nil: as the table's.
    package var columns: [CatalogColumn]? { layout.columns }

    package var json: Value {
        var members: [Value.Member] = [
            .init("values", .list(values.map { .string($0) })), .init("location", .string(location)), .init("files", .integer(fileCount)),
            .init("rows", .integer(rowCount)), .init("bytes", .integer(byteCount)),
            .init("created_at", .timestamp(createdMicros, zoned: true)), .init("updated_at", .timestamp(updatedMicros, zoned: true)),
        ]
        if !parameters.isEmpty { members.append(.init("parameters", .map(parameters))) }
        if let storage { members.append(.init("storage", storage.json)) }
        if let columns { members.append(.init("columns", .list(columns.map(\.json)))) }
        return .structure(members)
    }
}

/// How the files of partitions are read: one for all partitions that a read finds with the same.
package final class PartitionLayout: Hashable, Sendable {
    package let storage: StorageDescriptor?
    package let columns: [CatalogColumn]?

    init(storage: StorageDescriptor? = nil, columns: [CatalogColumn]? = nil) {
        self.storage = storage
        self.columns = columns
    }

    package static func == (a: PartitionLayout, b: PartitionLayout) -> Bool {
        a === b || a.storage == b.storage && a.columns == b.columns
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(storage)
        hasher.combine(columns)
    }
}

/// A partition that somebody found or declared; a run's come with its files.
package struct PartitionDefinition: Hashable, Sendable {
    /// As text, in the order of the keys; `PartitionKeys.nullText` where a key has no value.
    package var values: [String]
    package var location: String
    package var parameters: [String: String]
    package var storage: StorageDescriptor?
    package var columns: [CatalogColumn]?
    package var fileCount: Int64
    package var rowCount: Int64
    package var byteCount: Int64

    package init(
        values: [String], location: String, parameters: [String: String] = [:], storage: StorageDescriptor? = nil,
        columns: [CatalogColumn]? = nil, fileCount: Int64 = 0, rowCount: Int64 = 0, byteCount: Int64 = 0
    ) {
        self.values = values
        self.location = location
        self.parameters = parameters
        self.storage = storage
        self.columns = columns
        self.fileCount = fileCount
        self.rowCount = rowCount
        self.byteCount = byteCount
    }
}
