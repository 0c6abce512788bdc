package import SluiceCore

/// `deduplicate: {by: [id], keep: first}`
package struct DeduplicateStep: StepDefinition {
    package static let manual = StepManual(
        key: "deduplicate", summary: "Keeps one row of those whose key columns are equal; nulls are equal here.",
        arguments: .object([
            OptionSpecification(
                "by", .oneOrMany(.column), "The key columns; without them, all columns must be equal.", examples: ["[id]"]),
            OptionSpecification(
                "keep", .enumeration(["first", "last"]), default: "first",
                "Which row stays, in the order of `order_by` or of the source."),
            OptionSpecification(
                "order_by", SortStep.manual.arguments,
                "Columns to order the rows of a key by, as in `sort`; equal ones are in the order of the source.",
                examples: ["[-updated_at]"]),
        ]),
        notes: ["Up to 65,536 keys come in the order of the source, more in no particular order: sort them where that matters."],
        examples: [
            "- deduplicate: {by: [id], keep: first}", "- deduplicate: {by: [id], keep: last, order_by: updated_at}", "- deduplicate: {}",
        ])

    package let location: SourceLocation?
    private let columns: [ColumnArgument]?
    private let keep: KeptDuplicate
    private let order: SortStep?

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        columns = try node[key: "by"].map { try ColumnArgument.list($0.oneOrMany()) }
        keep = try node[key: "keep"]?.enumeration(KeptDuplicate.self) ?? .first
        order = try node[key: "order_by"].map { try SortStep(from: $0) }
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var errors = ErrorCollector()
        var keys: [Int] = []
        for column in columns ?? [] {
            if let position = try errors.attempt({ try column.position(in: input) }) { keys.append(position) }
        }
        let sorted = try errors.attempt { try order?.plan(input, in: context) } ?? nil
        try errors.throwIfAny()
        var sortKeys: [SortKey] = []
        if case .sort(let keys)? = sorted?.operation { sortKeys = keys }
        let isWhole = columns == nil
        let by = isWhole ? "all columns" : "by " + keys.map { input.names[$0] }.joined(separator: ", ")
        return StepPlan(
            operation: .deduplicate(keys: isWhole ? Array(0..<input.count) : keys, keep: keep, order: sortKeys), outputSchema: input,
            summary: by + ", keep \(keep.rawValue)" + (sorted.map { " by \($0.summary)" } ?? ""))
    }
}
