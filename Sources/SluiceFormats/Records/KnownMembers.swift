package import SluiceCore

/// The members that the objects of a source's records are known to have, so that others are noticed.
package struct KnownMembers: Sendable {
    /// Of a record. The members of a field's objects are known where its type is a struct; of any other type, none is noticed.
    package var fields: [Field]
    /// Whether records are looked at even where nothing of them is wanted.
    package var isStrict: Bool

    package init(_ fields: [Field], isStrict: Bool = false) {
        self.fields = fields
        self.isStrict = isStrict
    }
}

extension DataType {
    /// The known type of a list's elements or a map's values.
    var knownElement: DataType? {
        switch self {
        case .list(let element): element
        case .map(_, let value): value
        default: nil
        }
    }

    /// The known types of a struct's members by name; nil where the members are not known.
    var knownMembers: [(name: String, type: DataType)]? {
        guard case .structure(let fields) = self else { return nil }
        return fields.map { ($0.name, $0.type) }
    }
}
