package import SluiceCore

/// A column as the catalog describes it.
package struct CatalogColumn: Hashable, Sendable {
    package var name: String
    package var type: DataType
    package var isNullable: Bool
    package var comment: String

    package init(_ name: String, _ type: DataType, isNullable: Bool = true, comment: String = "") {
        self.name = name
        self.type = type
        self.isNullable = isNullable
        self.comment = comment
    }

    package init(_ field: Field) { self.init(field.name, field.type, isNullable: field.isNullable) }

    package var field: Field { Field(name, type, isNullable: isNullable) }

    package var json: Value {
        .structure([
            .init("name", .string(name)), .init("type", .string(type.description)), .init("nullable", .boolean(isNullable)),
            .init("comment", .string(comment)),
        ])
    }
}
