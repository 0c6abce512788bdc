package import SluiceCore

/// `filter: arr_delay > 15`
package struct FilterStep: StepDefinition {
    package static var keepsColumns: Bool { true }
    package static let manual = StepManual(
        key: "filter", summary: "Keeps the rows for which a condition is true; false and null leave a row out.",
        arguments: .expression, examples: ["- filter: arr_delay > 15", "- filter: status <> 'returned' AND amount IS NOT NULL"])

    package let location: SourceLocation?
    private let condition: ExpressionArgument

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        condition = try ExpressionArgument(node)
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var plan = StepPlan(operation: .filter(try condition.bindPredicate(to: input)), outputSchema: input, summary: condition.text)
        plan.condition = condition.expression
        return plan
    }
}
