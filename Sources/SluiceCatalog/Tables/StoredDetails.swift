import SluiceCore

/// What of a table's version is not in columns of its own, as JSON in `table_versions.details`.
struct StoredDetails: Codable {
    var kind: TableKind
    var storage: StorageDescriptor?
    var view: ViewText?
    var location: String
    var comment: String
    var parameters: [String: String]
    /// Nil in versions of before Sluice kept it.
    var owner: String?

    init(_ definition: TableDefinition) {
        kind = definition.kind
        storage = definition.storage.isEmpty ? nil : definition.storage
        view = definition.view
        location = definition.location
        comment = definition.comment
        parameters = definition.parameters
        owner = definition.owner
    }
}

/// What of a partition is not in columns of its own, as JSON in `partitions.details`; nil where all is empty.
struct StoredPartitionDetails: Codable {
    var parameters: [String: String]?
    var storage: StorageDescriptor?
    /// As `StoredText.columns` writes them.
    var columns: String?

    static func text(_ partition: PartitionDefinition) throws -> String? {
        guard !partition.parameters.isEmpty || partition.storage != nil || partition.columns != nil else { return nil }
        return try StoredText.json(
            StoredPartitionDetails(
                parameters: partition.parameters.isEmpty ? nil : partition.parameters, storage: partition.storage,
                columns: try partition.columns.map { try StoredText.columns($0) }))
    }
}
