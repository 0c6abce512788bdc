package import SluiceCore
package import SluicePipelines

extension ServiceEntity {
    /// What definitions are checked with.
    package var manual: EntityManual {
        EntityManual(
            name: name, key: key, cursor: cursor?.name, deleted: deleted, hasOpenFields: hasOpenFields,
            fields: fields.map { field in
                .init(name: field.name, type: field.type, isReadable: field.isReadable, writes: Set(field.writes.map(\.rawValue)))
            })
    }

    /// Adds a field that records have, and that nobody declared.
    package mutating func addReadable(_ name: String, _ type: DataType) {
        if let place = fields.firstIndex(where: { $0.name == name }) {
            fields[place].isReadable = true
            return
        }
        fields.append(Field(name: name, type: type, description: "", isReadable: true, writes: []))
    }
}
