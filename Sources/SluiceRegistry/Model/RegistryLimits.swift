/// Bounds of schemas and of what is compared with them.
package enum RegistryLimits {
    /// Characters of a definition (Glue: 170,000).
    package static let definitionCharacters = 170_000
    /// Types within types, and values within values.
    package static let depth = 64
    /// Fields of a record or message, members of an enumeration, branches of a union.
    package static let members = 10_000
    /// Incompatibilities that a comparison lists.
    package static let findings = 100
    /// Pairs of types that a comparison looks at.
    package static let comparisons = 200_000
    /// Items and members of one decoded value.
    package static let items = 1 << 20
    /// Steps of one validation against a JSON Schema.
    package static let validationSteps = 1_000_000
    /// Plain bytes of a compressed payload.
    package static let payloadBytes = 16 << 20
    /// Characters of a registry's or schema's name (Glue: 255).
    package static let nameCharacters = 255
    /// Pairs of metadata of a version (Glue: 10).
    package static let metadataPairs = 10
}
