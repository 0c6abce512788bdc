import SluiceExpressions

/// Rewrites a checked plan so that it does less work for the same result.
enum Optimizer {
    static func optimized(_ plan: LogicalPlan) -> LogicalPlan {
        var plan = plan
        plan.source.condition = sourceCondition(plan)
        return plan
    }

    /// The condition of a filter that comes first. What goes through a stream is stored whole.
    private static func sourceCondition(_ plan: LogicalPlan) -> FilterCondition? {
        guard plan.stream == nil, let first = plan.steps.first, case .filter(let predicate) = first.operation,
            let expression = first.condition,
            !predicate.columns.isEmpty
        else { return nil }
        return FilterCondition(expression, predicate: predicate, schema: plan.source.schema)
    }
}
