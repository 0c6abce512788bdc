package import SluiceCore

/// What a table is: its schema and how its files are read.
package struct TableDefinition: Hashable, Sendable {
    package var name: TableName
    /// Columns in the files, in order; partition keys are not among them.
    package var columns: [CatalogColumn]
    /// Columns whose values stand in the path, outermost first.
    package var partitionKeys: [CatalogColumn]
    package var comment: String
    /// The directory, or the one file, that holds the data.
    package var location: String
    /// `csv`, `jsonl`, …
    package var format: String
    package var formatOptions: [String: String]
    package var parameters: [String: String]

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

    /// Columns and partition keys, as a query sees them.
    package func schema() throws(SluiceError) -> Schema { try Schema((columns + partitionKeys).map(\.field)) }

    /// Whether going from `other` to this makes a new version.
    func changesSchema(of other: TableDefinition) -> Bool {
        columns != other.columns || partitionKeys != other.partitionKeys || format != other.format || formatOptions != other.formatOptions
    }
}
