package import SluiceCore

/// How a service tells which fields an entity has, those that were added to it included.
package struct EntityDescription: Sendable {
    package var path: TemplateText
    /// Where the list of fields is.
    package var fields: [String]
    /// Where a field has its name and its type.
    package var name: [String]
    package var type: [String]
    /// Our types by the service's; a field of another type is a text.
    package var types: [String: DataType]
    /// Types of fields that cannot be read like others.
    package var skipped: Set<String>
    /// Where a field says whether it may be sent, by the write.
    package var writes: [ServiceEntity.Write: [String]]
}
