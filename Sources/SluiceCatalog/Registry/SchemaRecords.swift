/// A registry: a name for schemas that belong together.
package struct StoredRegistry: Hashable, Sendable {
    package var name: String
    package var description: String
    package var schemaCount: Int
    /// Microseconds since 1970.
    package var createdMicros: Int64
}

/// A schema without its versions. Format and mode stand under Glue's names.
package struct StoredSchema: Hashable, Sendable {
    package var registry: String
    package var name: String
    package var format: String
    package var compatibility: String
    package var description: String
    /// The first version that new ones are compared with.
    package var checkpoint: Int
    /// Nil where all versions were dropped.
    package var latest: Int?
    package var versionCount: Int
    package var createdMicros: Int64
    package var updatedMicros: Int64
}

/// One version of a schema. Its text and its ids never change.
package struct StoredSchemaVersion: Hashable, Sendable {
    /// What records of the version can be read with: `AVAILABLE`, or `DELETED`.
    package static let available = "AVAILABLE"
    package static let deleted = "DELETED"

    package var registry: String
    package var schema: String
    package var format: String
    package var version: Int
    /// A UUID.
    package var id: String
    /// The id of Confluent's header.
    package var numericID: Int64
    package var status: String
    package var definition: String
    package var identity: String
    package var metadata: [String: String]
    package var createdMicros: Int64

    package var isAvailable: Bool { status == Self.available }
}

/// A schema that is made with its first version, unless it is there.
package struct NewSchema: Hashable, Sendable {
    package var registry: String
    package var name: String
    package var format: String
    package var compatibility: String
    package var description = ""

    package init(registry: String, name: String, format: String, compatibility: String) {
        self.registry = registry
        self.name = name
        self.format = format
        self.compatibility = compatibility
    }
}

/// A version to add.
package struct NewSchemaVersion: Hashable, Sendable {
    package var id: String
    /// Nil: the next one.
    package var numericID: Int64?
    package var definition: String
    package var identity: String
    package var metadata: [String: String]

    package init(id: String, numericID: Int64? = nil, definition: String, identity: String, metadata: [String: String] = [:]) {
        self.id = id
        self.numericID = numericID
        self.definition = definition
        self.identity = identity
        self.metadata = metadata
    }
}
