package import SluiceCore
package import SluiceExpressions

/// How composed rules are judged.
package enum RuleComposition: String, Sendable, CaseIterable {
    /// Each rule by itself over all rows, then `and` and `or` of what came out.
    case column
    /// Row by row, where all of its rules say something of single rows.
    case row
}

/// What becomes of a check that cannot be bound: its column or data set is not there, or of a type that it says nothing of.
package enum UnboundChecks: Sendable {
    /// The whole rule set is an error.
    case refused
    /// It is not passed, with the reason; the others are judged (AWS Glue).
    case failed
}

/// A rule set whose columns were found and whose types fit: what is measured, and what is asked of it.
package struct BoundRuleSet: Sendable {
    /// What a check's figure is computed of: numbers of measures.
    enum Figure: Sendable {
        case fixed(Double)
        case rows(Int)
        case rowRatio(Int, dataset: String, Int)
        /// The share of rows that keep a test.
        case test(Int)
        case uniqueness(Int), uniqueRatio(Int), distinct(Int), entropy(Int)
        /// The keys, and for each column the share of rows in which it is not null.
        case primaryKey(Int, completeness: [Int])
        case variance(Int), deviation(Int), correlation(Int)
        case aggregate(Int)
        case aggregateRatio((dataset: String?, measure: Int), (dataset: String?, measure: Int))
        /// There is none, and why.
        case unbound(String)
    }

    struct Check: Sendable {
        var check: RuleCheck
        var figure: Figure
        /// Nil: the figure has to be 1.
        var condition: RuleCondition?
        /// What says of each row whether it keeps the check; nil where nothing does.
        var rowTest: RowTest?
    }

    indirect enum Node: Sendable {
        case check(Check)
        case all([Node])
        case any([Node])

        /// The test of single rows; nil where a part has none.
        var rowTest: RowTest? {
            switch self {
            case .check(let check): return check.rowTest
            case .all(let nodes), .any(let nodes):
                let tests = nodes.compactMap(\.rowTest)
                guard tests.count == nodes.count else { return nil }
                if case .all = self { return RowTest(kind: .all(tests)) }
                return RowTest(kind: .any(tests))
            }
        }
    }

    /// What a rule about a key measures; nil for other rules.
    struct Key: Sendable {
        var measure: Int
        var mustNotBeNull: Bool
    }

    struct BoundRule: Sendable {
        var rule: Rule
        var node: Node
        /// The measure of the whole rule row by row, where it is judged so.
        var rowMeasure: Int?
    }

    package let ruleSet: RuleSet
    let plan: MeasurePlan
    let others: [String: MeasurePlan]
    let rules: [BoundRule]
    let analyzers: [Check]

    /// Finds the rules' columns.
    ///
    /// - Parameters:
    ///   - others: The schemas of datasets that rules compare with, by the names that the rules have for them.
    ///   - unbound: What becomes of checks that cannot be bound.
    ///   - nowMicros: Microseconds since 1970, for `now()` and ages.
    /// - Throws: `unknownColumn`, `typeError` and so on, placed in the rule set's text.
    package init(
        _ ruleSet: RuleSet, schema: Schema, others: [String: Schema] = [:], composition: RuleComposition = .column,
        unbound: UnboundChecks = .refused, nowMicros: Int64
    ) throws(ExpressionError) {
        var binder = RuleBinder(schema: schema, others: others, unbound: unbound, nowMicros: nowMicros)
        var rules: [BoundRule] = []
        for rule in ruleSet.rules {
            var bound = BoundRule(rule: rule, node: try binder.bind(rule.node))
            if composition == .row { bound.rowMeasure = try binder.rowMeasure(of: rule, bound.node) }
            rules.append(bound)
        }
        var analyzers: [Check] = []
        for check in ruleSet.analyzers { analyzers.append(try binder.bind(check)) }
        self.ruleSet = ruleSet
        self.rules = rules
        self.analyzers = analyzers
        plan = binder.plan
        self.others = binder.others
    }

    /// The rules that say of each row whether it keeps them, by their numbers.
    package var rowRules: [Int] { rules.indices.filter { rules[$0].node.rowTest != nil } }

    /// The rules that ask that no key is there twice, by their numbers: the first row of a key keeps them, and others do not.
    package var keyRules: [Int] { rules.indices.filter { rules[$0].node.key != nil } }
}

extension BoundRuleSet.Node {
    var key: BoundRuleSet.Key? {
        guard case .check(let check) = self else { return nil }
        return switch check.figure {
        case .uniqueness(let measure): BoundRuleSet.Key(measure: measure, mustNotBeNull: false)
        case .primaryKey(let measure, _): BoundRuleSet.Key(measure: measure, mustNotBeNull: true)
        default: nil
        }
    }
}
