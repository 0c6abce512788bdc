package import SluiceCore

/// `deduplicate: {by: [id], keep: first}`
package struct DeduplicateStep: StepDefinition {
    package static var keepsColumns: Bool { true }
    package static let manual = StepManual(
        key: "deduplicate", summary: "Keeps one row of those whose key columns are equal; nulls are equal here.",
        arguments: .object(
            [
                OptionSpecification(
                    "by", .oneOrMany(.column), "The key columns; without them, all columns must be equal.", examples: ["[id]"]),
                OptionSpecification(
                    "keep", .enumeration(["first", "last"]), default: "first",
                    "Which row stays, in the order of `order_by` or of the source."),
                OptionSpecification(
                    "order_by", SortStep.manual.arguments,
                    "Columns to order the rows of a key by, as in `sort`; equal ones are in the order of the source.",
                    examples: ["[-updated_at]"]),
            ] + RecencyArguments.specifications),
        notes: [
            "Up to 65,536 keys come in the order of the source, more in no particular order: sort them where that matters.",
            "With `within`, the first row stays, in the order of the source, and later ones are left out that are less than that away from it in time;"
                + " the rows keep their order. An incremental or following run remembers the keys for the next, as long as the watermark is not that far"
                + " behind them.",
        ],
        examples: [
            "- deduplicate: {by: [id], keep: first}", "- deduplicate: {by: [id], keep: last, order_by: updated_at}", "- deduplicate: {}",
            "- deduplicate: {by: [id], time: sent_at, within: 10 minutes, delay: 1 minute}",
        ])

    package let location: SourceLocation?
    private let columns: [ColumnArgument]?
    private let keep: KeptDuplicate
    private let order: SortStep?
    private let recency: RecencyArguments?

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        columns = try node[key: "by"].map { try ColumnArgument.list($0.oneOrMany()) }
        keep = try node[key: "keep"]?.enumeration(KeptDuplicate.self) ?? .first
        order = try node[key: "order_by"].map { try SortStep(from: $0) }
        recency = try RecencyArguments(from: node)
        guard recency != nil else { return }
        if keep == .last, let place = node[key: "keep"] {
            throw place.invalid("with within, the first row stays: the last is not known when it is handed on", remedy: "leave out keep")
        }
        if let place = node[key: "order_by"] {
            throw place.invalid("with within, the first row of the source stays", remedy: "leave out order_by")
        }
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var errors = ErrorCollector()
        var keys: [Int] = []
        for column in columns ?? [] {
            if let position = try errors.attempt({ try column.position(in: input) }) { keys.append(position) }
        }
        let sorted = try errors.attempt { try order?.plan(input, in: context) } ?? nil
        let isWhole = columns == nil
        if isWhole { keys = Array(0..<input.count) }
        let by = isWhole ? "all columns" : "by " + keys.map { input.names[$0] }.joined(separator: ", ")
        if let recency, let recent = try errors.attempt({ try recency.bind(to: input, keys: keys) }) {
            try errors.throwIfAny()
            return StepPlan(operation: .deduplicateWithin(recent), outputSchema: input, summary: "\(by), \(recency.summary)")
        }
        try errors.throwIfAny()
        var sortKeys: [SortKey] = []
        if case .sort(let keys)? = sorted?.operation { sortKeys = keys }
        return StepPlan(
            operation: .deduplicate(keys: keys, keep: keep, order: sortKeys), outputSchema: input,
            summary: by + ", keep \(keep.rawValue)" + (sorted.map { " by \($0.summary)" } ?? ""))
    }
}
