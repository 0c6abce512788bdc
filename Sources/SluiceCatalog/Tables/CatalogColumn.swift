package import SluiceCore

/// A column as the catalog describes it.
package struct CatalogColumn: Hashable, Sendable {
    package var name: String
    package var type: DataType
    package var isNullable: Bool
    package var comment: String
    /// What other programs keep with a column.
    package var parameters: [String: String]

    package init(_ name: String, _ type: DataType, isNullable: Bool = true, comment: String = "", parameters: [String: String] = [:]) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
        self.comment = comment
        self.parameters = parameters
    }

    package init(_ field: Field) { self.init(field.name, field.type, isNullable: field.isNullable) }

    package var field: Field { Field(name, type, isNullable: isNullable) }

    package var json: Value {
        var members: [Value.Member] = [
            .init("name", .string(name)), .init("type", .string(type.description)), .init("nullable", .boolean(isNullable)),
            .init("comment", .string(comment)),
        ]
        if !parameters.isEmpty { members.append(.init("parameters", .map(parameters))) }
        return .structure(members)
    }
}
