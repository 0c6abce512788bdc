package import SluiceCore

/// `aggregate: {by: [carrier], columns: {flights: count(*), delay: avg(arr_delay)}}`
package struct AggregateStep: StepDefinition {
    package static let manual = StepManual(
        key: "aggregate", summary: "Makes one row of each group of rows whose `by` values are equal; nulls are equal here.",
        arguments: .object([GroupArguments.by, GroupArguments.columns]),
        examples: ["- aggregate:\n    by: [carrier]\n    columns:\n      flights: count(*)\n      delay: avg(arr_delay)"])

    package let location: SourceLocation?
    private let groups: GroupArguments

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        groups = try GroupArguments(from: node)
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        let (operation, fields) = try groups.bind(to: input)
        return StepPlan(operation: .aggregate(operation), outputSchema: try Schema(fields), summary: groups.summary)
    }
}
