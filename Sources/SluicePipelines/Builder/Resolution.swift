public import SluiceCore

/// What `resolve` makes of a column whose values came in several types.
public struct Resolution: Sendable {
    let node: DefinitionNode

    /// Every value becomes the type; one that does not fit is a bad record.
    public static func cast(_ type: DataType) -> Resolution { Resolution(node: .mapping([("cast", .text(type.description))])) }
    /// Values that came in the type; others are null.
    public static func project(_ type: DataType) -> Resolution { Resolution(node: .mapping([("project", .text(type.description))])) }
    /// Every value becomes the type that a table of the catalog has for the column.
    ///
    /// - Parameter name: `database.table`.
    public static func table(_ name: String) -> Resolution { Resolution(node: .mapping([("table", .text(name))])) }
    /// A column of each type: `id_int64`, `id_string`.
    public static let columns = Resolution(node: .text("columns"))
    /// A struct with a member of each type.
    public static let structure = Resolution(node: .text("struct"))
}
