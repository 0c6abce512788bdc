package import SluiceCore

/// What a connector says of one kind of record that it reads or writes.
package struct EntityManual: Sendable {
    /// A member of such records.
    package struct Field: Sendable {
        package var name: String
        package var type: DataType
        /// Whether records that are read have it.
        package var isReadable: Bool
        /// In which writes it may be sent: `create`, `update`, `upsert`.
        package var writes: Set<String>

        package init(name: String, type: DataType, isReadable: Bool, writes: Set<String>) {
            self.name = name
            self.type = type
            self.isReadable = isReadable
            self.writes = writes
        }
    }

    package var name: String
    package var key: [String]
    /// The field that grows with every new or changed record.
    package var cursor: String?
    /// The condition, in SQL, for which a record is one that was deleted.
    package var deleted: String?
    /// Whether fields that are not among `fields` can be read.
    package var hasOpenFields: Bool
    package var fields: [Field]

    package init(name: String, key: [String], cursor: String?, deleted: String?, hasOpenFields: Bool, fields: [Field]) {
        self.name = name
        self.key = key
        self.cursor = cursor
        self.deleted = deleted
        self.hasOpenFields = hasOpenFields
        self.fields = fields
    }
}
