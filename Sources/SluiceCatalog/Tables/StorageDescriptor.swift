package import SluiceCore

/// How Hive, Spark and Athena read a table's files: what Glue keeps beside columns and location.
///
/// Everything is kept as it came, so that a table of another program goes out as it came in. What is absent is derived from the
/// table's format: `TableDefinition.hiveStorage`.
package struct StorageDescriptor: Hashable, Sendable, Codable {
    /// The class that turns bytes into columns, and its settings.
    package struct SerDe: Hashable, Sendable, Codable {
        package var name: String?
        package var library: String?
        package var parameters: [String: String]

        package init(name: String? = nil, library: String? = nil, parameters: [String: String] = [:]) {
            self.name = name
            self.library = library
            self.parameters = parameters
        }
    }

    /// A column that the rows of a bucket are sorted by.
    package struct SortColumn: Hashable, Sendable, Codable {
        package var column: String
        package var isAscending: Bool

        package init(_ column: String, isAscending: Bool = true) {
            self.column = column
            self.isAscending = isAscending
        }
    }

    /// Values that are so frequent that they have files of their own.
    package struct Skew: Hashable, Sendable, Codable {
        package var columns: [String]
        package var values: [String]
        package var locations: [String: String]

        package init(columns: [String], values: [String], locations: [String: String]) {
            self.columns = columns
            self.values = values
            self.locations = locations
        }
    }

    /// A version of a schema in a registry that the columns are taken from.
    package struct SchemaReference: Hashable, Sendable, Codable {
        package var registry: String?
        package var schema: String?
        package var versionID: String?
        package var versionNumber: Int?

        package init(registry: String? = nil, schema: String? = nil, versionID: String? = nil, versionNumber: Int? = nil) {
            self.registry = registry
            self.schema = schema
            self.versionID = versionID
            self.versionNumber = versionNumber
        }
    }

    package var inputFormat: String?
    package var outputFormat: String?
    package var isCompressed: Bool?
    package var serDe: SerDe?
    /// -1 or nil: no buckets.
    package var bucketCount: Int?
    package var bucketColumns: [String] = []
    package var sortColumns: [SortColumn] = []
    package var parameters: [String: String] = [:]
    package var skew: Skew?
    package var schemaReference: SchemaReference?
    package var additionalLocations: [String] = []
    package var isStoredAsSubDirectories: Bool?

    package init() {}

    package var isEmpty: Bool { self == StorageDescriptor() }

    package var json: Value {
        let serDe = self.serDe.map { serDe in
            Value.structure([
                .init("name", .text(serDe.name)), .init("library", .text(serDe.library)), .init("parameters", .map(serDe.parameters)),
            ])
        }
        var members: [Value.Member] = [
            .init("input_format", .text(inputFormat)), .init("output_format", .text(outputFormat)),
            .init("compressed", isCompressed.map { .boolean($0) } ?? .null), .init("serde", serDe ?? .null),
            .init("bucket_count", bucketCount.map { .integer(Int64($0)) } ?? .null), .init("bucket_columns", .texts(bucketColumns)),
            .init(
                "sort_columns",
                .list(
                    sortColumns.map {
                        .structure([.init("column", .string($0.column)), .init("ascending", .boolean($0.isAscending))])
                    })),
            .init("parameters", .map(parameters)), .init("additional_locations", .texts(additionalLocations)),
            .init("stored_as_sub_directories", isStoredAsSubDirectories.map { .boolean($0) } ?? .null),
        ]
        if let skew {
            members.append(
                .init(
                    "skew",
                    .structure([
                        .init("columns", .texts(skew.columns)), .init("values", .texts(skew.values)),
                        .init("locations", .map(skew.locations)),
                    ])))
        }
        if let schemaReference { members.append(.init("schema_reference", schemaReference.json)) }
        return .structure(members)
    }
}

extension StorageDescriptor.SchemaReference {
    var json: Value {
        .structure([
            .init("registry", .text(registry)), .init("schema", .text(schema)), .init("version_id", .text(versionID)),
            .init("version_number", versionNumber.map { .integer(Int64($0)) } ?? .null),
        ])
    }
}

extension Value {
    static func text(_ text: String?) -> Value { text.map { .string($0) } ?? .null }
    static func texts(_ texts: [String]) -> Value { .list(texts.map { .string($0) }) }
}
