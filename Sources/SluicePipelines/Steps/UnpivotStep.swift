package import SluiceCore
import SluiceExpressions

/// `unpivot: {columns: [jan, feb], name: month, value: amount}`
package struct UnpivotStep: StepDefinition {
    package static let manual = StepManual(
        key: "unpivot", summary: "Makes one row of each of some columns: its name in one column, its value in another.",
        arguments: .object([
            OptionSpecification(
                "columns", .oneOrMany(.column), isRequired: true, "The columns that become rows; they have one type.",
                examples: ["[january, february]"]),
            OptionSpecification("name", .name, default: "name", "The column of the names.", examples: ["month"]),
            OptionSpecification("value", .name, default: "value", "The column of the values.", examples: ["amount"]),
            OptionSpecification("drop_nulls", .boolean, default: "false", "Whether a null makes no row."),
        ]),
        notes: ["The other columns are repeated on each row and stand first."],
        examples: ["- unpivot: {columns: [january, february], name: month, value: amount}"])

    package let location: SourceLocation?
    private let columns: [ColumnArgument]
    private let name: String
    private let value: String
    private let dropsNulls: Bool

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        columns = try ColumnArgument.list(try node.require("columns").oneOrMany())
        name = try node[key: "name"]?.string() ?? "name"
        value = try node[key: "value"]?.string() ?? "value"
        dropsNulls = try node[key: "drop_nulls"]?.boolean() ?? false
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var errors = ErrorCollector()
        var positions: [Int] = []
        for column in columns {
            try errors.attempt {
                let position = try column.position(in: input)
                try requireSame(input.fields[position], as: positions.first.map { input.fields[$0] }, column)
                positions.append(position)
            }
        }
        try errors.throwIfAny()
        guard let first = positions.first else {
            throw SluiceError(.invalidOption, "no column is to become rows", at: location, remedy: "list some under columns")
        }
        let turned = Set(positions)
        let kept = input.fields.indices.filter { !turned.contains($0) }
        let isNullable = !dropsNulls && positions.contains { input.fields[$0].isNullable }
        let schema = try ExplodeStep.schema(
            kept.map { input.fields[$0] }
                + [Field(name, .string, isNullable: false), Field(value, input.fields[first].type, isNullable: isNullable)], at: location)
        let unpivot = Unpivot(
            kept: kept, turned: positions, names: ByteRows(texts: positions.map { input.fields[$0].name }), schema: schema,
            dropsNulls: dropsNulls)
        let closure = BatchClosure(name: Self.manual.key, columns: columns.map(\.name), outputSchema: { _ in schema }) { batch in
            BatchClosure.Output(batch: unpivot.rows(of: batch))
        }
        return StepPlan(
            operation: .closure(closure), outputSchema: schema,
            summary: "\(columns.map(\.name).joined(separator: ", ")) to \(name), \(value)" + (dropsNulls ? ", nulls left out" : ""))
    }

    private func requireSame(_ field: Field, as first: Field?, _ column: ColumnArgument) throws(SluiceError) {
        guard let first, first.type != field.type else { return }
        throw SluiceError(
            .typeError, "column \"\(field.name)\" has the type \(field.type), but \"\(first.name)\" has the type \(first.type)",
            at: column.location, remedy: "put `cast: {\(field.name): \(first.type)}` before the step")
    }
}

/// Turns columns into rows, those of one row one after another.
private struct Unpivot: Sendable {
    let kept: [Int]
    let turned: [Int]
    let names: ByteRows
    let schema: Schema
    let dropsNulls: Bool

    func rows(of batch: Batch) -> Batch {
        var parents: [Int32] = []
        var places: [Int32] = []
        var codes: [Int32] = []
        let total = batch.rowCount * turned.count
        parents.reserveCapacity(total)
        places.reserveCapacity(total)
        codes.reserveCapacity(total)
        for row in 0..<batch.rowCount {
            for (index, column) in turned.enumerated() {
                if dropsNulls, batch.columns[column].isNull(row) { continue }
                parents.append(Int32(truncatingIfNeeded: row))
                places.append(Int32(truncatingIfNeeded: index * batch.rowCount + row))
                codes.append(Int32(truncatingIfNeeded: index))
            }
        }
        let values = Column.concatenated(turned.map { batch.columns[$0] }).gather(places)
        let columns = kept.map { batch.columns[$0].gather(parents) } + [Column(.string, .dictionary(codes: codes, values: names)), values]
        return Batch(
            schema, columns, rowCount: parents.count, origin: batch.origin?.gather(parents), ordinals: batch.ordinals?.gather(parents))
    }
}
