package import SluiceCore

/// `limit: 100`
package struct LimitStep: StepDefinition {
    package static var keepsColumns: Bool { true }
    package static let manual = StepManual(
        key: "limit", summary: "Keeps the first rows, in the order of the source or of the sort before it.",
        arguments: .integer(0...Int.max), examples: ["- limit: 100"])

    package let location: SourceLocation?
    private let count: Int

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        count = try node.integer(in: 0...Int.max)
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        StepPlan(operation: .limit(count), outputSchema: input, summary: String(count))
    }
}
