package import SluiceCore
import SluiceExpressions

/// `sql: SELECT carrier, count(*) AS flights FROM input GROUP BY carrier`
package struct SQLStep: StepDefinition {
    package static let manual = StepManual(
        key: "sql", summary: "Does what a SELECT statement says with the rows, which are its table `input`.", arguments: .string,
        notes: [
            "SELECT [DISTINCT] expressions, or * with further ones behind it, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT; FROM input may be left"
                + " out. A column that is no plain column of the input needs a name (`AS`). GROUP BY takes expressions and names of the list; other"
                + " columns stand inside aggregates.",
            "It is planned into the steps that do the same, which `sluice plan` shows. Joins, unions, sub-queries and window functions are refused:"
                + " the steps `join`, `union` and `window` do their work.",
        ],
        examples: [
            "- sql: SELECT carrier, flight, dep_delay - arr_delay AS gained FROM input WHERE arr_delay > 15",
            "- sql: |\n    SELECT carrier, month(day) AS month, sum(distance) / count(*) AS mean_distance\n    FROM input\n    WHERE cancelled IS NULL\n"
                + "    GROUP BY carrier, month\n    HAVING count(*) > 10\n    ORDER BY mean_distance DESC\n    LIMIT 20",
        ])

    package let location: SourceLocation?
    private let node: DefinitionNode
    private let statement: SelectStatement

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        self.node = node
        let text = try node.string()
        do throws(ExpressionError) {
            let statement = try SelectStatement(parsing: text)
            if let source = statement.source, source.text.lowercased() != "input" {
                throw ExpressionError(
                    .unsupported, "the statement reads the step's rows only", source.range,
                    remedy: "write FROM input; another source comes in with the step `join` or `union`")
            }
            self.statement = statement
        } catch {
            throw ExpressionArgument.placed(error, in: node)
        }
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        do {
            var planner = SelectPlanner(statement, over: input, without: context.unreadInputs)
            let plans = try planner.planned()
            var first = plans[0]
            first.following = Array(plans.dropFirst())
            return first
        } catch let error as ExpressionError {
            throw ExpressionArgument.placed(error, in: node)
        }
    }
}
