/// Names and types of a batch's columns, in order; names are unique and compared byte by byte: with letter case and Unicode normal form.
public struct Schema: Hashable, Sendable {
    public let fields: [Field]
    private let positions: [ExactText: Int]

    /// - Throws: `duplicateColumn` if two fields have one name.
    public init(_ fields: [Field]) throws(SluiceError) {
        var positions: [ExactText: Int] = [:]
        for (index, field) in fields.enumerated() {
            guard positions.updateValue(index, forKey: ExactText(field.name)) == nil else {
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
        positions = Dictionary(fields.enumerated().map { (ExactText($1.name), $0) }, uniquingKeysWith: { first, _ in first })
    }

    public var names: [String] { fields.map(\.name) }
    public var count: Int { fields.count }
    public func index(of name: String) -> Int? { positions[ExactText(name)] }
    public subscript(name: String) -> Field? { positions[ExactText(name)].map { fields[$0] } }

    /// The position of a column.
    ///
    /// - Throws: `unknownColumn` with the nearest name.
    public func require(_ name: String) throws(SluiceError) -> Int {
        if let index = index(of: name) { return index }
        throw SluiceError(
            .unknownColumn, "unknown column \"\(name)\"", remedy: Suggestion.remedy(for: name, in: names, noun: "columns"))
    }
}
