import SluiceCore
import SluiceExpressions

/// Turns checks into measures and what is asked of them.
struct RuleBinder {
    let schema: Schema
    let nowMicros: Int64
    private let unbound: UnboundChecks
    private(set) var plan: MeasurePlan
    private(set) var others: [String: MeasurePlan]

    init(schema: Schema, others: [String: Schema], unbound: UnboundChecks, nowMicros: Int64) {
        self.schema = schema
        self.unbound = unbound
        self.nowMicros = nowMicros
        plan = MeasurePlan(schema: schema)
        self.others = others.mapValues { MeasurePlan(schema: $0) }
    }

    mutating func bind(_ node: Rule.Node) throws(ExpressionError) -> BoundRuleSet.Node {
        switch node {
        case .check(let check): return .check(try bind(check))
        case .all(let nodes), .any(let nodes):
            var bound: [BoundRuleSet.Node] = []
            for node in nodes { bound.append(try bind(node)) }
            if case .all = node { return .all(bound) }
            return .any(bound)
        }
    }

    /// The measure of a composed rule row by row; nil where a part says nothing of single rows, or something of their share.
    mutating func rowMeasure(of rule: Rule, _ node: BoundRuleSet.Node) throws(ExpressionError) -> Int? {
        if case .check = node { return nil }
        let isPlain = rule.node.checks.allSatisfy { $0.threshold == nil && ![.referentialIntegrity, .datasetMatch].contains($0.type) }
        guard isPlain, let test = node.rowTest else { return nil }
        return try plan.measure("rows of \(rule.text)", filter: nil) { .test(test) }
    }

    mutating func bind(_ check: RuleCheck) throws(ExpressionError) -> BoundRuleSet.Check {
        do throws(ExpressionError) {
            return try bound(check)
        } catch {
            guard unbound == .failed else { throw error }
            let reason = error.message + (error.remedy.map { "; \($0)" } ?? "")
            return BoundRuleSet.Check(check: check, figure: .unbound(reason))
        }
    }

    private mutating func bound(_ check: RuleCheck) throws(ExpressionError) -> BoundRuleSet.Check {
        let filter = try filter(check)
        switch check.type {
        case .columnCount, .columnExists, .columnNamesMatchPattern, .schemaMatch, .rowCountMatch, .aggregateMatch:
            return BoundRuleSet.Check(check: check, figure: try datasetFigure(check), condition: check.condition)
        case .columnValues, .columnLength, .columnDataType, .dataFreshness, .isComplete, .referentialIntegrity, .datasetMatch:
            return try tested(check, try rowTest(check, filter))
        case .completeness:
            var bound = try tested(check, try present(check, 0, filter))
            bound.rowTest = nil
            return bound
        case .customSql: return try statement(check)
        default: return BoundRuleSet.Check(check: check, figure: try figure(check, filter), condition: check.condition)
        }
    }

    /// A check whose figure is the share of rows that keep a test.
    private mutating func tested(_ check: RuleCheck, _ test: RowTest) throws(ExpressionError) -> BoundRuleSet.Check {
        let measure = try plan.measure(check.text, filter: nil) { .test(test) }
        let asked = [.completeness, .referentialIntegrity, .datasetMatch].contains(check.type) ? check.condition : check.threshold
        return BoundRuleSet.Check(check: check, figure: .test(measure), condition: asked, rowTest: test)
    }

    /// Whether a column is not null.
    private func present(_ check: RuleCheck, _ index: Int, _ filter: Int?) throws(ExpressionError) -> RowTest {
        RowTest(kind: .expression(try expression("\(try column(check, index)) IS NOT NULL", check)), filter: filter)
    }

    // MARK: Figures of columns

    private mutating func figure(_ check: RuleCheck, _ filter: Int?) throws(ExpressionError) -> BoundRuleSet.Figure {
        switch check.type {
        case .rowCount: return .rows(try plan.measure("rows", filter: filter) { .rows })
        case .uniqueness, .isUnique: return .uniqueness(try keys(check, filter))
        case .uniqueValueRatio: return .uniqueRatio(try keys(check, filter))
        case .distinctValuesCount: return .distinct(try keys(check, filter))
        case .entropy: return .entropy(try keys(check, filter))
        case .isPrimaryKey: return try primaryKey(check, filter)
        case .mean: return .aggregate(try aggregate("avg", check, filter))
        case .sum: return .aggregate(try aggregate("sum", check, filter))
        case .variance: return .variance(try moments(check, filter))
        case .standardDeviation: return .deviation(try moments(check, filter))
        default: return .correlation(try moments(check, filter))
        }
    }

    private mutating func keys(_ check: RuleCheck, _ filter: Int?) throws(ExpressionError) -> Int {
        var columns: [BoundExpression] = []
        for index in check.parameters.indices { columns.append(try expression(try column(check, index), check)) }
        let names = check.parameters.map(\.text).joined(separator: "\n")
        let key = KeyColumns(expressions: columns, required: columns.count)
        return try plan.measure("keys \(names)", filter: filter) { .keys(key) }
    }

    private mutating func primaryKey(_ check: RuleCheck, _ filter: Int?) throws(ExpressionError) -> BoundRuleSet.Figure {
        var completeness: [Int] = []
        for index in check.parameters.indices {
            let test = try present(check, index, filter)
            completeness.append(try plan.measure("present \(filter ?? -1) \(check.parameters[index].text)", filter: nil) { .test(test) })
        }
        return .primaryKey(try keys(check, filter), completeness: completeness)
    }

    private mutating func moments(_ check: RuleCheck, _ filter: Int?) throws(ExpressionError) -> Int {
        var columns: [BoundExpression] = []
        for index in check.parameters.indices {
            let type = try self.type(check, index)
            guard type.isNumeric else {
                throw ExpressionError(
                    .typeError, "\(check.type.rawValue) needs numbers, but \"\(check.parameters[index].text)\" is \(type)",
                    check.parameters[index].range)
            }
            columns.append(try expression("CAST(\(try column(check, index)) AS float64)", check))
        }
        let (x, y) = (columns[0], columns.count > 1 ? columns[1] : nil)
        return try plan.measure("moments \(check.parameters.map(\.text).joined(separator: "\n"))", filter: filter) { .moments(x, y) }
    }

    private mutating func aggregate(_ function: String, _ check: RuleCheck, _ filter: Int?) throws(ExpressionError) -> Int {
        let name = try column(check, 0)
        let figure: AggregateFigure
        do throws(ExpressionError) {
            figure = try AggregateFigure(try AggregateText(parsing: "\(function)(\(name))"), over: schema)
        } catch {
            throw ExpressionError(error.code, error.message, check.parameters[0].range, remedy: error.remedy)
        }
        return try plan.measure("\(function) \(name)", filter: filter) { .aggregate(figure) }
    }

    // MARK: Figures of datasets

    private mutating func datasetFigure(_ check: RuleCheck) throws(ExpressionError) -> BoundRuleSet.Figure {
        switch check.type {
        case .columnCount: return .fixed(Double(schema.count))
        case .columnExists: return .fixed(schema.index(of: check.parameters[0].text) == nil ? 0 : 1)
        case .columnNamesMatchPattern:
            let pattern = ConditionText.quoted(ConditionText.whole(check.parameters[0].text))
            let names = schema.names.map(ConditionText.quoted)
            for name in names {
                let matches = try expression("regexp_matches(\(name), \(pattern))", check, at: check.parameters[0])
                if matches.constantValue != .boolean(true) { return .fixed(0) }
            }
            return .fixed(1)
        case .schemaMatch:
            let other = try dataset(check.parameters[0]).schema
            let matching = other.fields.count { field in schema[field.name]?.type == field.type }
            return .fixed(other.count == 0 ? 1 : Double(matching) / Double(other.count))
        case .rowCountMatch:
            let name = check.parameters[0].text
            _ = try dataset(check.parameters[0])
            let theirs = try others[name]?.measure("rows", filter: nil) { .rows } ?? 0
            return .rowRatio(try plan.measure("rows", filter: nil) { .rows }, dataset: name, theirs)
        default: return .aggregateRatio(try aggregate(check.parameters[0]), try aggregate(check.parameters[1]))
        }
    }

    /// An aggregate over this dataset, or over another whose name stands in front of each column.
    private mutating func aggregate(_ parameter: RuleParameter) throws(ExpressionError) -> (dataset: String?, measure: Int) {
        let (dataset, text) = Self.unqualified(parameter.text, others.keys.sorted())
        do throws(ExpressionError) {
            let parsed = try AggregateText(parsing: text)
            guard parsed.hasAggregates else {
                throw ExpressionError(
                    .syntaxError, "expected an aggregate", 0..<text.unicodeScalars.count, remedy: "for example: sum(amount)")
            }
            let figure = try AggregateFigure(parsed, over: dataset.flatMap { others[$0]?.schema } ?? schema)
            if let dataset { return (dataset, try others[dataset]?.measure(text, filter: nil) { .aggregate(figure) } ?? 0) }
            return (nil, try plan.measure(text, filter: nil) { .aggregate(figure) })
        } catch {
            let isSame = text == parameter.text
            throw isSame ? error.moved(into: parameter) : ExpressionError(error.code, error.message, parameter.range, remedy: error.remedy)
        }
    }

    // MARK: Statements

    private mutating func statement(_ check: RuleCheck) throws(ExpressionError) -> BoundRuleSet.Check {
        let parameter = check.parameters[0]
        do throws(ExpressionError) {
            let statement = try SelectStatement(parsing: parameter.text)
            try Self.requirePlain(statement)
            var filter: Int?
            var predicate: BoundExpression?
            if let part = statement.filter {
                let bound = try Self.moving(part) { () throws(ExpressionError) in
                    try Expression(parsing: part.text).bindPredicate(to: schema)
                }
                predicate = bound
                filter = plan.filter(part.text, bound)
            }
            guard check.condition != nil else {
                let kind = predicate.map { RowTest.Kind.expression($0) } ?? .always(true)
                return try tested(check, RowTest(kind: kind))
            }
            guard let item = statement.items.first, statement.items.count == 1 else {
                throw ExpressionError(
                    .syntaxError, "a statement with a condition computes one figure", 0..<parameter.text.unicodeScalars.count,
                    remedy: "for example: SELECT count(*) FROM primary")
            }
            let figure = try Self.moving(item.part) { () throws(ExpressionError) in
                let text = try AggregateText(parsing: item.part.text)
                guard text.hasAggregates else {
                    throw ExpressionError(
                        .syntaxError, "expected an aggregate", 0..<item.part.text.unicodeScalars.count,
                        remedy: "a statement without aggregates has no condition, but may have a threshold")
                }
                return try AggregateFigure(text, over: schema)
            }
            let measure = try plan.measure("figure \(item.part.text)", filter: filter) { .aggregate(figure) }
            return BoundRuleSet.Check(check: check, figure: .aggregate(measure), condition: check.condition)
        } catch {
            throw error.moved(into: parameter)
        }
    }

    // MARK: Shared

    private mutating func filter(_ check: RuleCheck) throws(ExpressionError) -> Int? {
        guard let filter = check.filter else { return nil }
        do throws(ExpressionError) {
            return plan.filter(filter.text, try Expression(parsing: filter.text).bindPredicate(to: schema))
        } catch {
            throw error.moved(into: filter)
        }
    }

    /// The quoted name of the column that a parameter names.
    func column(_ check: RuleCheck, _ index: Int) throws(ExpressionError) -> String {
        _ = try type(check, index)
        return ConditionText.name(check.parameters[index].text)
    }

    func type(_ check: RuleCheck, _ index: Int) throws(ExpressionError) -> DataType {
        try Self.type(check.parameters[index].text, in: schema, at: check.parameters[index])
    }

    static func type(_ name: String, in schema: Schema, at parameter: RuleParameter) throws(ExpressionError) -> DataType {
        if let field = schema[name] { return field.type }
        throw ExpressionError(
            .unknownColumn, "unknown column \"\(name)\"", parameter.range,
            remedy: Suggestion.remedy(for: name, in: schema.names, noun: "columns"))
    }

    /// An expression that was made of a check, over this dataset.
    func expression(_ text: String, _ check: RuleCheck, at parameter: RuleParameter? = nil) throws(ExpressionError) -> BoundExpression {
        do throws(ExpressionError) {
            return try Expression(parsing: text).bind(to: schema)
        } catch {
            throw ExpressionError(error.code, error.message, parameter?.range ?? check.range, remedy: error.remedy)
        }
    }

    func dataset(_ parameter: RuleParameter) throws(ExpressionError) -> MeasurePlan {
        if let plan = others[parameter.text] { return plan }
        throw ExpressionError(
            .notFound, "there is no dataset \"\(parameter.text)\" to compare with", parameter.range,
            remedy: Suggestion.remedy(for: parameter.text, in: others.keys.sorted(), noun: "references")
                ?? "name it under `references`")
    }

    mutating func measure(of dataset: String, _ name: String, _ columns: KeyColumns) throws(ExpressionError) -> Int {
        try others[dataset]?.measure(name, filter: nil) { .keys(columns) } ?? 0
    }
}

extension ExpressionError {
    /// The error in a rule's text, placed in the rule set.
    func moved(into parameter: RuleParameter) -> ExpressionError {
        let isPlain = parameter.range.count == parameter.text.unicodeScalars.count + 2
        let place = isPlain ? parameter.position(of: range.lowerBound)..<parameter.position(of: range.upperBound) : parameter.range
        return ExpressionError(code, message, place, remedy: remedy)
    }
}
