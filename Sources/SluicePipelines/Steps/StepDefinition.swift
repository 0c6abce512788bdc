package import SluiceCore
package import SluiceExpressions

/// One step of a definition. A step is one file in this folder and one line in `StepRegistry`.
package protocol StepDefinition: Sendable {
    static var manual: StepManual { get }
    /// Whether rows leave the step with the columns that they came with, whatever its arguments are.
    static var keepsColumns: Bool { get }
    var location: SourceLocation? { get }

    /// Reads the step's arguments: what stands behind its key, already checked against `manual.arguments`.
    init(from node: DefinitionNode) throws

    /// Checks the arguments against the columns that reach the step and resolves every name.
    ///
    /// Called a second time with the columns that nobody reads left out of `input`; their names are then in `context.unreadInputs`.
    func plan(_ input: Schema, in context: PlanContext) async throws -> StepPlan
}

extension StepDefinition {
    package static var keepsColumns: Bool { false }
}

/// A step bound to its input.
package struct StepPlan: Sendable {
    package var operation: LogicalOperation
    package var outputSchema: Schema
    package var summary: String
    /// Operations that follow on this one's output, where a step needs more than one.
    package var following: [StepPlan]
    /// What a filter was bound from, for the optimiser.
    package var condition: Expression?

    package init(operation: LogicalOperation, outputSchema: Schema, summary: String, following: [StepPlan] = []) {
        self.operation = operation
        self.outputSchema = outputSchema
        self.summary = summary
        self.following = following
    }
}
