package import SluiceCore
import SluiceExpressions

/// `derive: {gain: dep_delay - arr_delay}`
package struct DeriveStep: StepDefinition {
    package static let manual = StepManual(
        key: "derive", summary: "Adds columns computed from others; a name that exists is replaced in its place.",
        arguments: .mapping(key: "new column", .expression, minimum: 1),
        notes: ["An expression may use the columns that stand above it in the same step."],
        examples: ["- derive:\n    gain: dep_delay - arr_delay\n    gain_per_hour: gain * 60 / air_time"])

    package let location: SourceLocation?
    private let columns: [NamedExpression]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        columns = try NamedExpression.list(from: node)
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var layers: [ProjectionBuilder] = []
        var layer = ProjectionBuilder(passing: input)
        var errors = ErrorCollector()
        var failed: Set<String> = []
        for column in columns {
            let used = column.argument.expression.referencedColumns
            // What uses a column that has an error would only repeat it.
            if used.contains(where: failed.contains) {
                failed.insert(column.name)
                continue
            }
            // A column that uses an earlier one of this step needs that one's values: a projection behind it.
            if used.contains(where: layer.computed.contains) {
                layers.append(layer)
                layer = ProjectionBuilder(passing: try layer.schema())
            }
            if let bound = try errors.attempt({ try column.argument.bind(to: layer.input) }) {
                layer.set(column.name, bound)
            } else {
                failed.insert(column.name)
            }
        }
        try errors.throwIfAny()
        // A column that replaces one stands in its place, also where nobody reads that one.
        layer.arrange(by: context.outputOrder)
        layers.append(layer)
        var plans = try layers.map { try $0.plan(summary) }
        plans[0].following = Array(plans.dropFirst())
        return plans[0]
    }

    private var summary: String { columns.map { "\($0.name) = \($0.argument.text)" }.joined(separator: ", ") }
}
