import SluiceCore

/// A schema as a Parquet file has it, and the leaves that its pages are written for.
///
/// A choice is a struct with an optional member for each alternative, named by its type; the one that is not null holds the value.
struct WriterSchema: Sendable {
    let elements: [SchemaElement]
    private(set) var leaves: [WriterLeaf] = []

    /// - Throws: `typeError` for what Parquet cannot hold.
    init(_ schema: Schema) throws(SluiceError) {
        guard schema.count > 0 else {
            throw SluiceError(.typeError, "a Parquet file needs at least one column", remedy: "select a column")
        }
        let fields = schema.fields.map { Field($0.name, $0.type.withoutChoices, isNullable: $0.isNullable) }
        let tree = try ParquetSchema(writing: try Schema(fields))
        elements = tree.elements
        for (index, field) in schema.fields.enumerated() {
            addLeaves(of: field.type, isOptional: field.isNullable, column: index, steps: [], tree.leaves)
        }
    }

    /// Adds the leaves below a value, in the order in which the tree has them.
    private mutating func addLeaves(
        of type: DataType, isOptional: Bool, column: Int, steps: [WriterLeaf.Step], _ stored: [ParquetLeaf]
    ) {
        func reached(_ next: WriterLeaf.Step.Next) -> [WriterLeaf.Step] { steps + [WriterLeaf.Step(isOptional: isOptional, next: next)] }
        switch type {
        case .list(let element): addLeaves(of: element, isOptional: true, column: column, steps: reached(.element), stored)
        case .map(let key, let value):
            addLeaves(of: key, isOptional: false, column: column, steps: reached(.mapKey), stored)
            addLeaves(of: value, isOptional: true, column: column, steps: reached(.mapValue), stored)
        case .structure(let fields):
            for (index, field) in fields.enumerated() {
                addLeaves(of: field.type, isOptional: field.isNullable, column: column, steps: reached(.member(index)), stored)
            }
        case .choice(let alternatives):
            for (index, alternative) in alternatives.enumerated() {
                addLeaves(of: alternative, isOptional: true, column: column, steps: reached(.alternative(index)), stored)
            }
        case .null: leaves.append(WriterLeaf(type, stored[leaves.count], column, steps + [WriterLeaf.Step(isOptional: true, next: .leaf)]))
        default: leaves.append(WriterLeaf(type, stored[leaves.count], column, reached(.leaf)))
        }
    }

    mutating func change(_ leaf: Int, _ body: (inout WriterLeaf) -> Void) { body(&leaves[leaf]) }
}
