package import SluiceCore
import SluiceExpressions

/// `explode: commits`
package struct ExplodeStep: StepDefinition {
    package static let manual = StepManual(
        key: "explode", summary: "Makes one row of each element of a list, or of each entry of a map.",
        arguments: .either([
            .column,
            .object([
                OptionSpecification("column", .column, isRequired: true, "The list or map.", examples: ["commits"]),
                OptionSpecification(
                    "as", .name, "The name of the elements' column, which takes the list's place; the list's own when absent.",
                    examples: ["commit"]),
                OptionSpecification("key", .name, default: "key", "The name of the keys' column, for a map."),
                OptionSpecification("value", .name, default: "value", "The name of the values' column, for a map."),
                OptionSpecification(
                    "position", .name, "A further column with the element's place in its list, from 0.", examples: ["position"]),
                OptionSpecification(
                    "keep_empty", .boolean, default: "false", "Whether a row whose list is empty or null stays, with null for its element."),
            ]),
        ]),
        examples: [
            "- explode: commits", "- explode: {column: commits, as: commit, position: place, keep_empty: true}",
            "- explode: {column: labels, key: label, value: text}",
        ])

    package let location: SourceLocation?
    private let column: ColumnArgument
    private let element: String?
    private let key: String
    private let value: String
    private let position: String?
    private let keepsEmpty: Bool

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        let options = node.isMapping ? node : nil
        column = try ColumnArgument(try options?.require("column") ?? node)
        element = try options?[key: "as"]?.string()
        key = try options?[key: "key"]?.string() ?? "key"
        value = try options?[key: "value"]?.string() ?? "value"
        position = try options?[key: "position"]?.string()
        keepsEmpty = try options?[key: "keep_empty"]?.boolean() ?? false
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        let index = try column.position(in: input)
        let made: [Field]
        switch input.fields[index].type {
        case .list(let type): made = [Field(element ?? column.name, type)]
        case .map(let keyType, let valueType): made = [Field(key, keyType, isNullable: keepsEmpty), Field(value, valueType)]
        default:
            throw SluiceError(
                .typeError, "column \"\(column.name)\" has the type \(input.fields[index].type), which has no elements",
                at: column.location, remedy: "explode takes a list or a map; `flatten` makes columns of a struct's parts")
        }
        var fields = input.fields
        fields.replaceSubrange(index...index, with: made + (position.map { [Field($0, .int64, isNullable: keepsEmpty)] } ?? []))
        let schema = try Self.schema(fields, at: location)
        let explosion = Explosion(column: index, schema: schema, hasPosition: position != nil, keepsEmpty: keepsEmpty)
        let closure = BatchClosure(name: Self.manual.key, columns: [column.name], outputSchema: { _ in schema }) { batch in
            BatchClosure.Output(batch: explosion.rows(of: batch))
        }
        let names = made.map(\.name) == [column.name] ? "" : " as \(made.map(\.name).joined(separator: ", "))"
        return StepPlan(
            operation: .closure(closure), outputSchema: schema,
            summary: column.name + names + (position.map { ", place as \($0)" } ?? "") + (keepsEmpty ? ", empty ones stay" : ""))
    }

    /// A schema of these fields.
    ///
    /// - Throws: `duplicateColumn`, placed.
    static func schema(_ fields: [Field], at place: SourceLocation?) throws(SluiceError) -> Schema {
        do {
            return try Schema(fields)
        } catch {
            throw error.located(at: place)
        }
    }
}

/// Turns the elements of a list or map column into rows.
private struct Explosion: Sendable {
    let column: Int
    let schema: Schema
    let hasPosition: Bool
    let keepsEmpty: Bool

    func rows(of batch: Batch) -> Batch {
        let list = batch.columns[column].flattened
        let (offsets, contents): ([Int32], [Column]) =
            switch list.storage {
            case .list(let offsets, let values): (offsets, [values])
            case .map(let offsets, let keys, let values): (offsets, [keys, values])
            default: preconditionFailure("the plan checked that \(list.type) has elements")
            }
        var parents: [Int32] = []
        var elements: [Int32] = []
        var places: [Int64] = []
        parents.reserveCapacity(Int(offsets[offsets.count - 1]))
        elements.reserveCapacity(parents.capacity)
        for row in 0..<batch.rowCount {
            let range = list.isNull(row) ? 0..<0 : offsets[row]..<offsets[row + 1]
            if range.isEmpty, keepsEmpty {
                parents.append(Int32(truncatingIfNeeded: row))
                elements.append(-1)
                if hasPosition { places.append(-1) }
            }
            for element in range {
                parents.append(Int32(truncatingIfNeeded: row))
                elements.append(element)
                if hasPosition { places.append(Int64(element - range.lowerBound)) }
            }
        }
        var made = contents.map { $0.gatherOrNull(elements) }
        if hasPosition { made.append(.integers(places, validity: keepsEmpty ? Bitmap(places.lazy.map { $0 >= 0 }) : nil)) }
        var columns = batch.columns.enumerated().flatMap { index, other in index == column ? [] : [other.gather(parents)] }
        columns.insert(contentsOf: made, at: column)
        return Batch(
            schema, columns, rowCount: parents.count, origin: batch.origin?.gather(parents), ordinals: batch.ordinals?.gather(parents))
    }
}
