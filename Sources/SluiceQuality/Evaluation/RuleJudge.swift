import SluiceCore

/// Compares what was measured with what rules ask for.
struct RuleJudge {
    let part: QualityPart

    private struct Judgement {
        var state: RuleOutcome.State
        var message: String?
    }

    func outcome(_ rule: BoundRuleSet.BoundRule, _ history: FigureHistory) throws -> RuleOutcome {
        var outcome = RuleOutcome(rule: rule.rule.text, state: .passed)
        outcome.labels = rule.rule.node.checks.flatMap(\.labels)
        let judgement: Judgement
        if let measure = rule.rowMeasure {
            let (value, problem) = self.value(.test(measure))
            judgement = judged(value, problem, name: "it", measure, condition: nil)
            add(measure, to: &outcome)
        } else {
            judgement = try judged(rule.node, &outcome, history)
        }
        outcome.state = judgement.state
        outcome.message = judgement.message
        return outcome
    }

    private func judged(_ node: BoundRuleSet.Node, _ outcome: inout RuleOutcome, _ history: FigureHistory) throws -> Judgement {
        switch node {
        case .check(let check): return try judged(check, &outcome, history)
        case .all(let nodes):
            let parts = try nodes.map { try judged($0, &outcome, history) }
            return Self.worst(parts, [.failed, .error, .skipped]) ?? Judgement(state: .passed)
        case .any(let nodes):
            let parts = try nodes.map { try judged($0, &outcome, history) }
            if parts.contains(where: { $0.state == .passed }) { return Judgement(state: .passed) }
            return Self.worst(parts, [.skipped, .error, .failed]) ?? Judgement(state: .passed)
        }
    }

    /// The first state that some have, with what all of these say.
    private static func worst(_ parts: [Judgement], _ order: [RuleOutcome.State]) -> Judgement? {
        for state in order where parts.contains(where: { $0.state == state }) {
            let messages = parts.filter { $0.state == state }.compactMap(\.message)
            return Judgement(state: state, message: messages.isEmpty ? nil : messages.joined(separator: "; "))
        }
        return nil
    }

    private func judged(
        _ bound: BoundRuleSet.Check, _ outcome: inout RuleOutcome, _ history: FigureHistory
    ) throws -> Judgement {
        let check = bound.check
        if case .unbound(let reason) = bound.figure { return Judgement(state: .failed, message: reason) }
        if case .primaryKey(let keys, let completeness) = bound.figure { return primaryKey(check, keys, completeness, &outcome) }
        let (value, problem) = self.value(bound.figure)
        if let value { outcome.figures.append((check.figureName, value)) }
        var test: Int?
        if case .test(let measure) = bound.figure {
            test = measure
            add(measure, to: &outcome)
        }
        guard let condition = bound.condition, condition.isDynamic else {
            return judged(value, problem, name: check.figureName, test, condition: bound.condition)
        }
        var known: [Double?] = []
        for operand in condition.operands {
            known.append(
                try operand.number { call in call.value(of: try history(check.figureName, max(call.count, call.place))) })
        }
        guard !known.contains(nil) else {
            return Judgement(state: .skipped, message: "there are not enough earlier results to compare with")
        }
        return judged(value, problem, name: check.figureName, test, condition: condition, operands: known.compactMap(\.self))
    }

    /// A key is unique and complete; its figures are those of both.
    private func primaryKey(_ check: RuleCheck, _ keys: Int, _ completeness: [Int], _ outcome: inout RuleOutcome) -> Judgement {
        let (unique, problem) = value(.uniqueness(keys))
        if let problem { return Judgement(state: .error, message: problem) }
        var figures: [(name: String, value: Double)] = []
        if let unique { figures.append((check.figure(of: .uniqueness), unique)) }
        for (parameter, measure) in zip(check.parameters, completeness) {
            if let share = value(.test(measure)).value { figures.append((check.figure(of: .completeness, [parameter]), share)) }
        }
        outcome.figures += figures
        let wrong = figures.filter { $0.value != 1 }
        if wrong.isEmpty { return Judgement(state: .passed) }
        let message = wrong.map { "\($0.name) is \(Self.text($0.value)), and should be 1" }.joined(separator: "; ")
        return Judgement(state: .failed, message: message)
    }

    private func judged(
        _ value: Double?, _ problem: String?, name: String, _ test: Int?, condition: RuleCondition?, operands: [Double]? = nil
    ) -> Judgement {
        if let problem { return Judgement(state: .error, message: problem) }
        guard let value else { return Judgement(state: .failed, message: "\(name) has no value, because no row has one") }
        guard let condition else {
            if value == 1 { return Judgement(state: .passed) }
            return Judgement(
                state: .failed, message: test.flatMap { failure($0, nil) } ?? "\(name) is \(Self.text(value)), and should be 1")
        }
        let numbers = operands ?? condition.operands.compactMap { $0.number { _ in nil } }
        if condition.holds(value, numbers) { return Judgement(state: .passed) }
        let wanted = condition.described(numbers.map(Self.text))
        return Judgement(
            state: .failed, message: test.flatMap { failure($0, wanted) } ?? "\(name) is \(Self.text(value)), and should be \(wanted)")
    }

    /// `3 of 10 rows do not keep it`.
    private func failure(_ measure: Int, _ wanted: String?) -> String? {
        guard case .test(let tally) = part.measured.tallies[measure] else { return nil }
        let rows = tally.considered == 1 ? "row" : "rows"
        let verb = tally.considered - tally.kept == 1 ? "does" : "do"
        let counts = "\(tally.considered - tally.kept) of \(tally.considered) \(rows) \(verb) not keep it"
        return wanted.map { "\(counts): the share of those that do is \(Self.text(tally.ratio)), and should be \($0)" } ?? counts
    }

    private func add(_ measure: Int, to outcome: inout RuleOutcome) {
        guard case .test(let tally) = part.measured.tallies[measure] else { return }
        outcome.failedRows = (outcome.failedRows ?? 0) + tally.considered - tally.kept
        outcome.examples = Array((outcome.examples + tally.examples).prefix(QualityLimits.examples))
    }

    // MARK: Figures

    /// A figure's value, or why there is none; neither where no row has a value.
    func value(_ figure: BoundRuleSet.Figure) -> (value: Double?, problem: String?) {
        switch figure {
        case .fixed(let value): return (value, nil)
        case .rows(let measure): return (rows(part.measured, measure), nil)
        case .rowRatio(let own, let dataset, let theirs):
            return ratio(rows(part.measured, own), part.measured(of: dataset).flatMap { rows($0, theirs) })
        case .test(let measure):
            guard case .test(let tally) = part.measured.tallies[measure] else { return (nil, nil) }
            return (tally.ratio, nil)
        case .uniqueness(let measure): return keyed(measure) { $0.rows == 0 ? 1 : Double($0.unique) / Double($0.rows) }
        case .uniqueRatio(let measure): return keyed(measure) { $0.distinct == 0 ? 1 : Double($0.unique) / Double($0.distinct) }
        case .distinct(let measure): return keyed(measure) { Double($0.distinct) }
        case .entropy(let measure): return keyed(measure) { $0.entropy }
        // Both are judged by more than one figure, or by none.
        case .primaryKey, .unbound: return (nil, nil)
        case .variance(let measure): return (moments(measure)?.variance, nil)
        case .deviation(let measure): return (moments(measure)?.variance?.squareRoot(), nil)
        case .correlation(let measure): return (moments(measure)?.correlation, nil)
        case .aggregate(let measure): return (aggregate(part.measured, measure), nil)
        case .aggregateRatio(let first, let second):
            let divisor = part.measured(of: second.dataset).flatMap { aggregate($0, second.measure) }
            let found = ratio(part.measured(of: first.dataset).flatMap { aggregate($0, first.measure) }, divisor)
            // As in AWS Glue: nothing is no share of nothing.
            return found.value == nil && divisor == 0 ? (0, nil) : found
        }
    }

    /// Two zeros are the same.
    private func ratio(_ a: Double?, _ b: Double?) -> (value: Double?, problem: String?) {
        guard let a, let b else { return (nil, nil) }
        return (a == b ? 1 : b == 0 ? nil : a / b, nil)
    }

    private func rows(_ part: MeasurePart, _ measure: Int) -> Double? {
        if case .rows(let count) = part.tallies[measure] { Double(count) } else { nil }
    }

    private func aggregate(_ part: MeasurePart, _ measure: Int) -> Double? {
        if case .aggregate(let tally) = part.tallies[measure] { tally.value } else { nil }
    }

    private func moments(_ measure: Int) -> MomentTally? {
        if case .moments(let tally) = part.measured.tallies[measure] { tally } else { nil }
    }

    private func keyed(_ measure: Int, _ figure: (KeyTally) -> Double) -> (value: Double?, problem: String?) {
        guard let tally = part.measured.keys(measure) else { return (nil, nil) }
        if tally.isOverfull { return (nil, "there are more than \(QualityLimits.keys) different values") }
        return (figure(tally), nil)
    }

    /// A number as people write it.
    static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }
}

extension RuleCheck {
    /// What names the figure: for a share of rows, with the condition that they have to keep.
    fileprivate var figureName: String {
        guard type == .columnValues || type == .columnLength || type == .columnDataType || type == .dataFreshness else { return figure }
        return text
    }
}

extension RuleCondition {
    fileprivate func holds(_ value: Double, _ numbers: [Double]) -> Bool {
        switch kind {
        case .compare(let comparison, _): comparison.holds(value, numbers.first ?? .nan)
        case .between(_, _, let negated): numbers.count == 2 && (value > numbers[0] && value < numbers[1]) != negated
        case .isIn(_, let negated): numbers.contains(value) != negated
        case .matches: false
        }
    }

    fileprivate func described(_ numbers: [String]) -> String {
        switch kind {
        case .compare(let comparison, _): "\(comparison.rawValue) \(numbers.joined())"
        case .between(_, _, let negated): (negated ? "not between " : "between ") + numbers.joined(separator: " and ")
        case .isIn(_, let negated): (negated ? "none of " : "one of ") + numbers.joined(separator: ", ")
        case .matches: ""
        }
    }
}
