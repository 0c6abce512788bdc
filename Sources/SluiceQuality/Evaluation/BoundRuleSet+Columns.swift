import SluiceExpressions

extension BoundRuleSet {
    /// Positions of the columns that are read; nil where rules are about the columns themselves, so that none may be left out.
    package var columns: [Int]? {
        let whole: [RuleType] = [.columnCount, .columnExists, .columnNamesMatchPattern, .schemaMatch]
        let needsAll = ruleSet.checks.contains { whole.contains($0.type) || ($0.type == .datasetMatch && $0.parameters.count < 3) }
        if needsAll { return nil }
        var positions = Set(plan.filters.flatMap(\.columns))
        for (measure, _) in plan.measures {
            switch measure {
            case .rows: break
            case .test(let test): positions.formUnion(test.allColumns)
            case .keys(let key): positions.formUnion(key.expressions.flatMap(\.columns))
            case .moments(let x, let y): positions.formUnion(x.columns + (y?.columns ?? []))
            case .aggregate(let figure): positions.formUnion(figure.terms.flatMap { $0.argument?.columns ?? [] })
            }
        }
        return positions.sorted()
    }

    /// What says of single rows whether they keep the rules, as names and positions of the columns that decide.
    package var rowConditions: [(rule: String, columns: [Int])] {
        rowRules.map { (rules[$0].rule.text, rules[$0].node.rowTest?.allColumns ?? []) }
    }
}

extension RowTest {
    /// The columns that decide; filters are the plan's.
    fileprivate var allColumns: [Int] { Array(Set(columns)).sorted() }
}
