import SluiceCore
import SluiceJSON

/// What of a table's version is not in columns of its own, as JSON in `table_versions.details`.
struct StoredDetails: Encodable {
    var kind: TableKind
    var storage: StorageDescriptor?
    var view: ViewText?
    var location: String
    var comment: String
    var parameters: [String: String]
    /// Nil in versions of before Sluice kept it.
    var owner: String?
}

extension StoredDetails {
    init(_ definition: TableDefinition) {
        self.init(
            kind: definition.kind, storage: definition.storage.isEmpty ? nil : definition.storage, view: definition.view,
            location: definition.location, comment: definition.comment, parameters: definition.parameters, owner: definition.owner)
    }

    /// - Throws: `stateCorrupt`.
    init(stored text: String) throws {
        self = try StoredJSON.read(text) { node in
            let object = try StoredObject(node)
            return StoredDetails(
                kind: TableKind(rawValue: try object.text("kind")),
                storage: try object.optional("storage") { try StorageDescriptor(stored: $0) },
                view: try object.optional("view") { node in
                    let view = try StoredObject(node)
                    return ViewText(sql: try view.text("sql"), original: try view.optionalText("original"))
                }, location: try object.text("location"), comment: try object.text("comment"),
                parameters: try object.map("parameters"), owner: try object.optionalText("owner"))
        }
    }
}

/// What of a partition is not in columns of its own, as JSON in `partitions.details`; nil where all is empty.
struct StoredPartitionDetails: Encodable {
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
