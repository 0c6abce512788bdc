package import SluiceCore

/// What a table was from one change of its schema to the next.
package struct TableVersion: Hashable, Sendable {
    package var version: Int
    package var columns: [CatalogColumn]
    package var partitionKeys: [CatalogColumn]
    package var format: String
    package var formatOptions: [String: String]
    /// Microseconds since 1970.
    package var createdMicros: Int64
    /// The run that made the change; nil for a command.
    package var run: RunID?
    /// Whether more than the schema is known: versions of before Sluice 0.2 have only that.
    package var isWhole: Bool
    package var kind: TableKind
    package var storage: StorageDescriptor
    package var view: ViewText?
    package var location: String?
    package var comment: String?
    package var parameters: [String: String]?
    /// Nil where it is not known. A table that becomes what it was keeps the owner that it has.
    package var owner: String?

    /// The table as it was: what a version does not know stands as in `current`, and owner and tags are never part of a version.
    package func definition(in current: TableDefinition) -> TableDefinition {
        var definition = current
        definition.columns = columns
        definition.partitionKeys = partitionKeys
        definition.format = format
        definition.formatOptions = formatOptions
        guard isWhole else { return definition }
        definition.kind = kind
        definition.storage = storage
        definition.view = view
        definition.location = location ?? current.location
        definition.comment = comment ?? current.comment
        definition.parameters = parameters ?? current.parameters
        return definition
    }

    package var json: Value {
        .structure([
            .init("version", .integer(Int64(version))), .init("created_at", .timestamp(createdMicros, zoned: true)),
            .init("run_id", run.map { .string($0.text) } ?? .null), .init("format", .string(format)),
            .init("format_options", .map(formatOptions)), .init("columns", .list(columns.map(\.json))),
            .init("partition_keys", .list(partitionKeys.map(\.json))), .init("location", .text(location)),
            .init("comment", .text(comment)), .init("parameters", parameters.map { .map($0) } ?? .null),
        ])
    }
}
