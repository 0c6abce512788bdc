package import SluiceCore

/// `sort: [-arr_delay, carrier]`
package struct SortStep: StepDefinition {
    private enum Order: String, CaseIterable { case ascending = "asc", descending = "desc" }
    private enum Nulls: String, CaseIterable { case first, last }

    private static let key = ValueShape.object([
        OptionSpecification("column", .column, isRequired: true, "The column to sort by.", examples: ["arr_delay"]),
        OptionSpecification("order", .enumeration(["asc", "desc"]), default: "asc", "Smallest or greatest first."),
        OptionSpecification("nulls", .enumeration(["first", "last"]), default: "last", "Where rows without a value stand."),
    ])

    package static var keepsColumns: Bool { true }
    package static let manual = StepManual(
        key: "sort", summary: "Orders the rows; a `-` before a name means greatest first.",
        arguments: .oneOrMany(.either([.string, key])),
        notes: ["Nulls stand last in either direction unless `nulls: first` says otherwise. Rows that are equal keep their order."],
        examples: ["- sort: [-arr_delay, carrier]", "- sort:\n    - {column: arr_delay, order: desc, nulls: first}\n    - carrier"])

    private struct Key {
        var column: ColumnArgument
        var isDescending: Bool
        var nullsFirst: Bool
    }

    package let location: SourceLocation?
    private let keys: [Key]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        keys = try node.oneOrMany().map { item in
            if item.isMapping {
                return Key(
                    column: try ColumnArgument(item.require("column")),
                    isDescending: try item[key: "order"]?.enumeration(Order.self) == .descending,
                    nullsFirst: try item[key: "nulls"]?.enumeration(Nulls.self) == .first)
            }
            let text = try item.string()
            let isDescending = text.hasPrefix("-")
            let name = isDescending ? String(text.dropFirst()) : text
            return Key(column: ColumnArgument(name: name, location: item.location), isDescending: isDescending, nullsFirst: false)
        }
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var errors = ErrorCollector()
        var bound: [SortKey] = []
        for key in keys {
            try errors.attempt {
                let position = try key.column.position(in: input)
                try requireOrdered(input.fields[position], key.column)
                bound.append(SortKey(column: position, isDescending: key.isDescending, nullsFirst: key.nullsFirst))
            }
        }
        try errors.throwIfAny()
        let summary = keys.map { key in
            (key.isDescending ? "-" : "") + key.column.name + (key.nullsFirst ? " nulls first" : "")
        }.joined(separator: ", ")
        return StepPlan(operation: .sort(bound), outputSchema: input, summary: summary)
    }

    private func requireOrdered(_ field: Field, _ column: ColumnArgument) throws(SluiceError) {
        switch field.type {
        case .list, .structure, .map, .choice:
            throw SluiceError(
                .typeError, "column \"\(field.name)\" has the type \(field.type), which has no order", at: column.location,
                remedy: "derive a column from a part of it and sort by that")
        default: return
        }
    }
}
