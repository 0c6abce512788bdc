package import SluiceCore

/// One step of a definition. A step is one file in this folder and one line in `StepRegistry`.
package protocol StepDefinition: Sendable {
    static var manual: StepManual { get }
    var location: SourceLocation? { get }

    /// Reads the step's arguments.
    init(from node: DefinitionNode) throws

    /// Checks the arguments against the columns that reach the step and resolves every name.
    func plan(_ input: Schema, in context: PlanContext) async throws -> StepPlan
}

/// A step bound to its input.
package struct StepPlan: Sendable {
    package var operation: LogicalOperation
    package var outputSchema: Schema
    package var summary: String

    package init(operation: LogicalOperation, outputSchema: Schema, summary: String) {
        self.operation = operation
        self.outputSchema = outputSchema
        self.summary = summary
    }
}
