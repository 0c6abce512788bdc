/// A parsed set of rules in the Data Quality Definition Language of AWS Glue (grammar: github.com/awslabs/dqdl), not yet bound to columns.
package struct RuleSet: Sendable {
    package let text: String
    package let rules: [Rule]
    /// Figures that are measured and kept without a judgement.
    package let analyzers: [RuleCheck]

    init(text: String, rules: [Rule], analyzers: [RuleCheck]) {
        self.text = text
        self.rules = rules
        self.analyzers = analyzers
    }

    /// All rules of composites, and the analyzers.
    package var checks: [RuleCheck] { rules.flatMap(\.node.checks) + analyzers }

    /// Names of the other datasets that rules compare with, each once.
    package var referencedDatasets: [RuleParameter] {
        var seen: Set<String> = []
        return checks.flatMap(\.datasets).filter { seen.insert($0.text).inserted }
    }

    /// What may be the name of another dataset in the aggregates of `AggregateMatch`, each once: `reference` of `sum(reference.amount)` and of
    /// `reference.sum(amount)`, or a column with members.
    package var mentionedDatasets: [RuleParameter] {
        var seen = Set(referencedDatasets.map(\.text))
        return checks.filter { $0.type == .aggregateMatch }.flatMap(\.parameters).flatMap(\.qualifiers).filter {
            seen.insert($0.text).inserted
        }
    }
}

/// One rule of the list: a check, or several that are composed.
package struct Rule: Sendable {
    /// How checks are composed.
    package indirect enum Node: Sendable {
        case check(RuleCheck)
        case all([Node])
        case any([Node])

        /// The checks below, in the order of the text.
        package var checks: [RuleCheck] {
            switch self {
            case .check(let check): [check]
            case .all(let nodes), .any(let nodes): nodes.flatMap(\.checks)
            }
        }
    }

    /// As it was written, with single blanks.
    package let text: String
    package let node: Node
    /// Offsets in Unicode scalars of the rule set's text.
    package let range: Range<Int>
}

/// One check: a rule type with its parameters and condition.
package struct RuleCheck: Sendable {
    package let type: RuleType
    package let text: String
    package let range: Range<Int>
    package internal(set) var parameters: [RuleParameter]
    package internal(set) var condition: RuleCondition?
    /// `where`: only rows that fulfil it are looked at.
    package internal(set) var filter: RuleParameter?
    /// `with threshold`: which share of the rows has to keep the rule.
    package internal(set) var threshold: RuleCondition?
    package internal(set) var labels: [(name: String, value: String)]

    /// What the check measures, without what is asked of it: names the figure in the history.
    package var figure: String { figure(of: type) }

    /// The figure of another rule type over columns of this check, by its name in the history.
    func figure(of type: RuleType, _ columns: [RuleParameter]? = nil) -> String {
        ([type.rawValue] + (columns ?? parameters).map { "\"\($0.text)\"" } + (filter.map { ["where \"\($0.text)\""] } ?? []))
            .joined(separator: " ")
    }

    /// The other datasets that the check compares with.
    package var datasets: [RuleParameter] {
        switch type {
        case .rowCountMatch, .schemaMatch, .datasetMatch: Array(parameters.prefix(1))
        case .referentialIntegrity: parameters.dropFirst().prefix(1).compactMap { $0.splitDataset()?.dataset }
        default: []
        }
    }
}

/// A text in double quotes.
package struct RuleParameter: Hashable, Sendable {
    package let text: String
    /// Of the text with its quotes.
    package let range: Range<Int>

    /// The place of a character of the text in the rule set, where nothing was escaped.
    func position(of offset: Int) -> Int { min(range.lowerBound + 1 + offset, range.upperBound) }

    /// `reference.{a,b}` or `reference.a` as the dataset and its columns; nil without a point.
    func splitDataset() -> (dataset: RuleParameter, columns: [String])? {
        var name: Substring
        var list: Substring
        if let brace = text.firstIndex(of: "{") {
            name = text[..<brace]
            guard name.last == ".", text.last == "}" else { return nil }
            name.removeLast()
            list = text[text.index(after: brace)...].dropLast()
        } else {
            guard let point = text.lastIndex(of: ".") else { return nil }
            name = text[..<point]
            list = text[text.index(after: point)...]
        }
        guard !name.isEmpty, !list.isEmpty else { return nil }
        return (RuleParameter(text: String(name), range: range), RuleParameter.columns(in: list))
    }

    /// What stands in front of the last point of each name in an expression.
    fileprivate var qualifiers: [RuleParameter] {
        text.split { !($0.isLetter || $0.isNumber || "_-.".contains($0)) }.compactMap { name in
            guard let first = name.first, first.isLetter || first == "_", let point = name.lastIndex(of: ".") else { return nil }
            return RuleParameter(text: String(name[..<point]), range: range)
        }
    }

    /// Names between commas.
    static func columns(in list: some StringProtocol) -> [String] {
        list.split(separator: ",", omittingEmptySubsequences: false).map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }
}
