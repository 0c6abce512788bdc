import GRDB
import SluiceCore
import SluiceSQLite

/// What describes a table in its row and in that of its current version, as it stands there.
struct StoredTable {
    var comment: String
    var location: String
    var parameters: String
    var owner: String
    var tags: String
    var format: String
    var columns: String
    var partitionKeys: String
    var formatOptions: String
    /// Nil in versions of before Sluice kept it.
    var details: String?

    /// - Throws: `stateCorrupt`.
    func definition(_ name: TableName) throws -> TableDefinition {
        var definition = TableDefinition(
            name: name, columns: try StoredText.columns(columns), partitionKeys: try StoredText.columns(partitionKeys), comment: comment,
            location: location, format: format, formatOptions: try StoredText.map(formatOptions),
            parameters: try StoredText.map(parameters))
        definition.owner = owner
        definition.tags = try StoredText.map(tags)
        guard let details = try details.map({ try StoredDetails(stored: $0) }) else { return definition }
        definition.kind = details.kind
        definition.storage = details.storage ?? StorageDescriptor()
        definition.view = details.view
        return definition
    }
}

extension StoredTable {
    init(_ row: Row) {
        self.init(
            comment: row["comment"], location: row["location"], parameters: row["parameters"], owner: row["owner"], tags: row["tags"],
            format: row["format"], columns: row["columns"], partitionKeys: row["partition_keys"], formatOptions: row["format_options"],
            details: row["details"])
    }
}
