/// Names and types of a batch's columns, in order; names are unique and compared with letter case.
public struct Schema: Hashable, Sendable {
    public let fields: [Field]
    private let positions: [String: Int]

    /// - Throws: `duplicateColumn` if two fields have one name.
    public init(_ fields: [Field]) throws(SluiceError) {
        var positions: [String: Int] = [:]
        for (index, field) in fields.enumerated() {
            guard positions.updateValue(index, forKey: field.name) == nil else {
                throw SluiceError(.duplicateColumn, "column \"\(field.name)\" stands twice", remedy: "rename one of them")
            }
        }
        self.fields = fields
        self.positions = positions
    }

    /// A schema without columns.
    public static let empty = Schema(unchecked: [])

    /// For callers that made the names unique themselves.
    package init(unchecked fields: [Field]) {
        self.fields = fields
        positions = Dictionary(fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    public var names: [String] { fields.map(\.name) }
    public var count: Int { fields.count }
    public func index(of name: String) -> Int? { positions[name] }
    public subscript(name: String) -> Field? { positions[name].map { fields[$0] } }

    /// The position of a column.
    ///
    /// - Throws: `unknownColumn` with the nearest name.
    public func require(_ name: String) throws(SluiceError) -> Int {
        if let index = positions[name] { return index }
        throw SluiceError(
            .unknownColumn, "unknown column \"\(name)\"", remedy: Suggestion.remedy(for: name, in: names, noun: "columns"))
    }
}
