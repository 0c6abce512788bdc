package import SluiceCore

/// A schema of records as it should be: its latest version, and what it asks of later ones.
package struct SchemaDeclaration: Hashable, Sendable {
    package var registry: String
    package var name: String
    /// Where it is declared, for errors.
    package var place: SourceLocation?
    package var format: String
    /// Nil stays as it is; a new schema is BACKWARD compatible.
    package var compatibility: String?
    package var description: String?
    package var definition: String
    /// Equal for texts that say the same.
    package var identity: String
    /// The id that a new version gets.
    package var versionID: String

    package init(
        registry: String, name: String, place: SourceLocation?, format: String, definition: String, identity: String, versionID: String
    ) {
        self.registry = registry
        self.name = name
        self.place = place
        self.format = format
        self.definition = definition
        self.identity = identity
        self.versionID = versionID
    }

    /// As a schema that is made, where it is missing.
    var schema: NewSchema {
        var schema = NewSchema(registry: registry, name: name, format: format, compatibility: compatibility ?? "BACKWARD")
        schema.description = description ?? ""
        return schema
    }
}

/// Says whether what a declaration says may follow the versions that are there.
package typealias DeclaredSchemaJudge = (SchemaDeclaration, StoredSchema, [StoredSchemaVersion]) throws(SluiceError) -> Void
