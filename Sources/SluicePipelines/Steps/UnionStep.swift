package import SluiceCore

/// `union: {files: "more/*.csv", format: csv}`
package struct UnionStep: StepDefinition {
    package static let manual = StepManual(
        key: "union", summary: "Appends the rows of another source; columns are matched by name.", arguments: .source,
        notes: ["A column that one side lacks is null there. Types must be equal; cast before the union where they are not."],
        examples: ["- union: {files: \"archive/*.csv\", format: csv}"])

    package let location: SourceLocation?
    private let node: DefinitionNode

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        self.node = node
    }

    package func plan(_ input: Schema, in context: PlanContext) async throws -> StepPlan {
        let opened = try await context.open(node)
        let available = opened.source.schema
        var columns = available.names.filter { !context.unreadOutputs.contains($0) }
        // Something must say how many rows there are.
        if columns.isEmpty, let name = available.names.first { columns = [name] }
        let other = try opened.planned(columns)
        var fields: [Field] = []
        var inputColumns: [Int?] = []
        var otherColumns: [Int?] = []
        var errors = ErrorCollector()
        for (position, field) in input.fields.enumerated() {
            let match = other.schema.index(of: field.name)
            if let match, other.schema.fields[match].type != field.type {
                try errors.add(mismatch(field, other.schema.fields[match].type))
            }
            let isNullable = field.isNullable || match.map { other.schema.fields[$0].isNullable } ?? true
            fields.append(Field(field.name, field.type, isNullable: isNullable))
            inputColumns.append(position)
            otherColumns.append(match)
        }
        for (position, field) in other.schema.fields.enumerated() where input.index(of: field.name) == nil {
            fields.append(Field(field.name, field.type))
            inputColumns.append(nil)
            otherColumns.append(position)
        }
        try errors.throwIfAny()
        let operation = UnionOperation(other: other, inputColumns: inputColumns, otherColumns: otherColumns)
        return StepPlan(operation: .union(operation), outputSchema: try Schema(fields), summary: other.summary)
    }

    private func mismatch(_ field: Field, _ type: DataType) -> SluiceError {
        SluiceError(
            .typeError, "column \"\(field.name)\" has the type \(field.type), but \(type) in the source that is added",
            at: node.location, remedy: "cast the column to \(type) before this step, or declare its type in the source that is added")
    }
}
