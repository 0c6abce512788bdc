import SluiceCore
package import SluiceExpressions

extension RuleSet {
    /// Parses a whole document (`Rules = [ … ]`, with `Analyzers`, `Metadata`, `DataSources` and `DefaultLabels` if they are there), or only
    /// what stands between the brackets of `Rules`.
    ///
    /// - Throws: `syntaxError`, `invalidOption` for a rule that cannot be written so, `limitExceeded` past the bounds of `QualityLimits`.
    package init(parsing text: String) throws(ExpressionError) {
        var parser = try RuleParser(text)
        self = try parser.document()
    }
}

/// Reads tokens into rules by recursive descent.
struct RuleParser: TokenReader {
    let text: String
    private let scalars: [Unicode.Scalar]
    let tokens: [RuleToken]
    var position = 0
    var nesting = 0
    private var checkCount = 0

    init(_ text: String) throws(ExpressionError) {
        self.text = text
        scalars = Array(text.unicodeScalars)
        var lexer = RuleLexer(text)
        tokens = try lexer.tokens()
    }

    // MARK: Tokens

    mutating func expect(_ symbol: String, _ why: String) throws(ExpressionError) {
        guard !accept(symbol) else { return }
        throw unexpected("expected \"\(symbol)\" \(why)")
    }

    /// "expected …, found …" at the current token.
    func unexpected(_ expected: String, remedy: String? = nil) -> ExpressionError {
        ExpressionError(.syntaxError, "\(expected), found \(current.described)", current.range, remedy: remedy)
    }

    /// The text of a range, with single blanks.
    func written(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(scalars[range])).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    // MARK: Document

    private static let sections = ["Rules", "Analyzers", "Metadata", "DataSources", "DefaultLabels"]

    mutating func document() throws(ExpressionError) -> RuleSet {
        guard case .word(let first) = current.kind, ahead(1).isSymbol("="), RuleType(rawValue: first) == nil else {
            let rules = try list(until: .end)
            return RuleSet(text: text, rules: rules, analyzers: [])
        }
        var rules: [Rule]?
        var analyzers: [RuleCheck] = []
        var defaults: [(name: String, value: String)] = []
        while case .word(let section) = current.kind {
            let range = current.range
            advance()
            try expect("=", "behind \"\(section)\"")
            switch section {
            case "Rules":
                try expect("[", "in front of the rules")
                rules = (rules ?? []) + (try list(until: .symbol("]")))
                advance()
            case "Analyzers": analyzers += try analyzerList()
            case "Metadata", "DataSources": try dictionary()
            case "DefaultLabels": defaults += try labels()
            default:
                throw ExpressionError(
                    .syntaxError, "unknown section \"\(section.prefix(40))\"", range,
                    remedy: Suggestion.remedy(for: section, in: Self.sections, noun: "sections"))
            }
        }
        guard current.kind == .end else { throw unexpected("expected a section or the end", remedy: "rules are separated by commas") }
        guard rules != nil || !analyzers.isEmpty else { throw unexpected("expected the section Rules", remedy: "write Rules = [ … ]") }
        return RuleSet(text: text, rules: (rules ?? []).map { $0.labelled(defaults) }, analyzers: analyzers)
    }

    /// Rules between commas, up to a token that is not taken.
    private mutating func list(until end: RuleToken.Kind) throws(ExpressionError) -> [Rule] {
        var rules: [Rule] = []
        while current.kind != end {
            let start = current.range.lowerBound
            let node = try composite()
            let range = start..<lastEnd
            rules.append(Rule(text: written(range), node: node, range: range))
            if current.kind == end { break }
            guard accept(",") else {
                throw unexpected("expected a comma or the end of the rules", remedy: "rules are separated by commas")
            }
        }
        if rules.isEmpty, end == .end { throw unexpected("expected a rule", remedy: "for example: RowCount > 0") }
        return rules
    }

    private mutating func analyzerList() throws(ExpressionError) -> [RuleCheck] {
        try expect("[", "in front of the analyzers")
        var analyzers: [RuleCheck] = []
        while !accept("]") {
            let check = try self.check(isAnalyzer: true)
            guard check.type.shape.isAnalyzer else {
                let names = RuleType.allCases.filter { $0.shape.isAnalyzer }.map(\.rawValue)
                throw ExpressionError(
                    .invalidOption, "\(check.type.rawValue) is a rule and no analyzer", check.range,
                    remedy: "analyzers: " + names.joined(separator: ", "))
            }
            analyzers.append(check)
            if !accept(","), !current.isSymbol("]") { throw unexpected("expected a comma or \"]\"") }
        }
        return analyzers
    }

    /// Texts and lists of texts by name: told apart from nonsense, and left alone.
    private mutating func dictionary() throws(ExpressionError) {
        try expect("{", "in front of the entries")
        while !accept("}") {
            _ = try string("a name in double quotes")
            try expect(":", "behind the name")
            if accept("[") {
                while !accept("]") {
                    _ = try string("a text in double quotes")
                    if !accept(","), !current.isSymbol("]") { throw unexpected("expected a comma or \"]\"") }
                }
            } else {
                _ = try string("a text in double quotes")
            }
            if !accept(","), !current.isSymbol("}") { throw unexpected("expected a comma or \"}\"") }
        }
    }

    mutating func labels() throws(ExpressionError) -> [(name: String, value: String)] {
        try expect("[", "in front of the labels")
        var labels: [(name: String, value: String)] = []
        while !accept("]") {
            let name = try string("a label's name in double quotes")
            try expect("=", "behind the label's name")
            labels.append((name.text, try string("a label's value in double quotes").text))
            if !accept(","), !current.isSymbol("]") { throw unexpected("expected a comma or \"]\"") }
        }
        return labels
    }

    mutating func string(_ what: String) throws(ExpressionError) -> RuleParameter {
        guard case .text(let text) = current.kind else { throw unexpected("expected \(what)") }
        let range = current.range
        advance()
        return RuleParameter(text: text, range: range)
    }

    // MARK: Rules

    /// A check, or rules in parentheses with `and` or `or` between them.
    private mutating func composite() throws(ExpressionError) -> Rule.Node {
        guard current.isSymbol("(") else { return .check(try counted()) }
        var nodes = [try parenthesised()]
        guard let word = current.keyword, word == "and" || word == "or" else { return nodes[0] }
        while let next = current.keyword, next == "and" || next == "or" {
            guard next == word else {
                throw unexpected("expected \(word)", remedy: "put parentheses around the rules that belong together")
            }
            advance()
            guard current.isSymbol("(") else {
                throw unexpected("expected \"(\" behind \(word)", remedy: "each rule of a composition stands in parentheses")
            }
            nodes.append(try parenthesised())
        }
        return word == "and" ? .all(nodes) : .any(nodes)
    }

    private mutating func parenthesised() throws(ExpressionError) -> Rule.Node {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= QualityLimits.nesting else {
            throw ExpressionError(.limitExceeded, "nested deeper than \(QualityLimits.nesting)", current.range)
        }
        advance()
        let node = try composite()
        try expect(")", "to close the parenthesis")
        return node
    }

    private mutating func counted() throws(ExpressionError) -> RuleCheck {
        checkCount += 1
        guard checkCount <= QualityLimits.rules else {
            throw ExpressionError(.limitExceeded, "more than \(QualityLimits.rules) rules", current.range)
        }
        return try check(isAnalyzer: false)
    }

    private mutating func check(isAnalyzer: Bool) throws(ExpressionError) -> RuleCheck {
        let start = current.range
        guard case .word(let name) = current.kind else {
            throw unexpected("expected a rule type", remedy: "for example: IsComplete \"id\"")
        }
        guard let type = RuleType(rawValue: name) else { throw Self.unknown(name, start) }
        advance()
        var check = RuleCheck(type: type, text: "", range: start, parameters: [], labels: [])
        while case .text = current.kind { check.parameters.append(try string("a parameter")) }
        try tail(of: &check)
        let range = start.lowerBound..<lastEnd
        let whole = RuleCheck(
            type: type, text: written(range), range: range, parameters: check.parameters, condition: check.condition, filter: check.filter,
            threshold: check.threshold, labels: check.labels)
        try whole.validate(nameRange: start, isAnalyzer: isAnalyzer)
        return whole
    }

    /// Condition, `where`, `with threshold` and labels, each once, in any order.
    private mutating func tail(of check: inout RuleCheck) throws(ExpressionError) {
        while true {
            let token = current
            func once(_ isNew: Bool, _ what: String) throws(ExpressionError) {
                if !isNew { throw ExpressionError(.syntaxError, "a rule has only one \(what)", token.range) }
            }
            if token.keyword == "where" {
                try once(check.filter == nil, "where")
                advance()
                check.filter = try string("a condition in double quotes behind where")
            } else if token.keyword == "with" {
                try once(check.threshold == nil, "threshold")
                advance()
                guard acceptKeyword("threshold") else { throw unexpected("expected threshold behind with") }
                guard let threshold = try condition() else {
                    throw unexpected("expected a comparison behind with threshold", remedy: "for example: with threshold > 0.9")
                }
                check.threshold = threshold
            } else if token.keyword == "labels" {
                advance()
                try expect("=", "behind labels")
                check.labels += try labels()
            } else if let condition = try condition() {
                if check.condition != nil { throw ExpressionError(.syntaxError, "a rule has only one condition", token.range) }
                check.condition = condition
            } else {
                return
            }
        }
    }

    private static func unknown(_ name: String, _ range: Range<Int>) -> ExpressionError {
        if let remedy = RuleType.others[name] {
            return ExpressionError(.invalidOption, "the rule type \(name) is not evaluated here", range, remedy: remedy)
        }
        let remedy = Suggestion.remedy(for: name, in: RuleType.allCases.map(\.rawValue), noun: "rule types")
        return ExpressionError(.syntaxError, "unknown rule type \"\(name.prefix(40))\"", range, remedy: remedy)
    }
}

extension Rule {
    /// The rule with labels for all its checks that have none of their names.
    fileprivate func labelled(_ defaults: [(name: String, value: String)]) -> Rule {
        if defaults.isEmpty { return self }
        return Rule(text: text, node: node.labelled(defaults), range: range)
    }
}

extension Rule.Node {
    fileprivate func labelled(_ defaults: [(name: String, value: String)]) -> Rule.Node {
        switch self {
        case .check(var check):
            check.labels += defaults.filter { label in !check.labels.contains { $0.name == label.name } }
            return .check(check)
        case .all(let nodes): return .all(nodes.map { $0.labelled(defaults) })
        case .any(let nodes): return .any(nodes.map { $0.labelled(defaults) })
        }
    }
}
