import SluiceCore

/// Reads a partition expression, and binds it to the keys of a table as it goes.
///
/// From loose to tight: OR, AND, NOT, then comparisons and parentheses.
struct PartitionParser {
    let keys: [CatalogColumn]
    let types: [PartitionKeyType]
    /// The table's other columns, to tell a column that is no key from one that is not there.
    let otherColumns: [String]
    private let tokens: [PartitionToken]
    private var position = 0
    private var nesting = 0

    init(_ text: String, keys: [CatalogColumn], otherColumns: [String]) throws(PartitionSyntaxError) {
        self.keys = keys
        self.otherColumns = otherColumns
        types = keys.map { PartitionKeyType($0.type) }
        var lexer = PartitionLexer(text)
        tokens = try lexer.tokens()
    }

    /// The whole text.
    mutating func condition() throws(PartitionSyntaxError) -> PartitionCondition {
        let condition = try disjunction()
        guard current.kind == .end else { throw unexpected("expected AND, OR or the end") }
        return condition
    }

    // MARK: Tokens

    private var current: PartitionToken { tokens[position] }
    private var following: PartitionToken { tokens[min(position + 1, tokens.count - 1)] }
    private mutating func advance() { position = min(position + 1, tokens.count - 1) }

    private mutating func accept(_ symbol: String) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    private mutating func acceptKeyword(_ keyword: String) -> Bool {
        guard current.keyword == keyword else { return false }
        advance()
        return true
    }

    private func unexpected(_ wanted: String) -> PartitionSyntaxError {
        PartitionSyntaxError(.syntaxError, "\(wanted), found \(current.described)", current.range)
    }

    // MARK: Logic

    private mutating func disjunction() throws(PartitionSyntaxError) -> PartitionCondition {
        var conditions = [try conjunction()]
        while acceptKeyword("OR") { conditions.append(try conjunction()) }
        return conditions.count == 1 ? conditions[0] : .or(conditions)
    }

    private mutating func conjunction() throws(PartitionSyntaxError) -> PartitionCondition {
        var conditions = [try negation()]
        while acceptKeyword("AND") { conditions.append(try negation()) }
        return conditions.count == 1 ? conditions[0] : .and(conditions)
    }

    private mutating func negation() throws(PartitionSyntaxError) -> PartitionCondition {
        let start = current.range
        let isNegation = acceptKeyword("NOT")
        guard isNegation || current.kind == .symbol("(") else { return try comparison() }
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= CatalogLimits.partitionExpressionNesting else {
            throw PartitionSyntaxError(
                .limitExceeded, "parentheses and NOT are nested deeper than \(CatalogLimits.partitionExpressionNesting)", start)
        }
        if isNegation { return .not(try negation()) }
        advance()
        let condition = try disjunction()
        guard accept(")") else { throw unexpected("expected \")\"") }
        return condition
    }

    // MARK: Comparisons

    /// A key's place among the keys, or a value.
    private enum Operand {
        case key(Int)
        case literal(PartitionToken)
    }

    private mutating func comparison() throws(PartitionSyntaxError) -> PartitionCondition {
        let start = current.range
        guard case .key(let key) = try operand() else {
            position -= 1
            return try flippedComparison()
        }
        if let operation = try comparisonOperator() { return .test(key: key, try test(key, operation, try literal())) }
        if acceptKeyword("IS") {
            let isNegated = acceptKeyword("NOT")
            guard acceptKeyword("NULL") else { throw unexpected("expected NULL behind IS") }
            return isNegated ? .not(.isNull(key: key)) : .isNull(key: key)
        }
        let isNegated = acceptKeyword("NOT")
        let condition: PartitionCondition
        if acceptKeyword("IN") {
            condition = try membership(key)
        } else if acceptKeyword("BETWEEN") {
            let lower = try test(key, ">=", try literal())
            guard acceptKeyword("AND") else { throw unexpected("expected AND between the bounds of BETWEEN") }
            condition = .and([.test(key: key, lower), .test(key: key, try test(key, "<=", try literal()))])
        } else if acceptKeyword("LIKE") {
            condition = .like(key: key, try pattern(key))
        } else if current.kind == .end, !isNegated {
            throw PartitionSyntaxError(
                .syntaxError, "\"\(keys[key].name)\" is compared with nothing", start,
                remedy: "write what its value is: \(keys[key].name) = …")
        } else {
            throw unexpected(
                isNegated ? "expected IN, BETWEEN or LIKE behind NOT" : "expected a comparison (= <> < <= > >= IN BETWEEN LIKE IS)")
        }
        return isNegated ? .not(condition) : condition
    }

    /// `2024 <= year`.
    private mutating func flippedComparison() throws(PartitionSyntaxError) -> PartitionCondition {
        let value = try literal()
        guard let operation = try comparisonOperator() else { throw unexpected("expected a comparison (= <> < <= > >=)") }
        let place = current.range
        guard case .key(let key) = try operand() else {
            throw PartitionSyntaxError(.syntaxError, "a value is compared with a value", place, remedy: "one side must be a partition key")
        }
        let flipped = ["<": ">", ">": "<", "<=": ">=", ">=": "<="][operation] ?? operation
        return .test(key: key, try test(key, flipped, value))
    }

    private mutating func comparisonOperator() throws(PartitionSyntaxError) -> String? {
        guard case .symbol(let symbol) = current.kind, !["(", ")", ","].contains(symbol) else { return nil }
        advance()
        return symbol == "!=" ? "<>" : symbol == "==" ? "=" : symbol
    }

    private mutating func membership(_ key: Int) throws(PartitionSyntaxError) -> PartitionCondition {
        guard accept("(") else { throw unexpected("expected \"(\" behind IN") }
        var values: [PartitionScalar] = []
        repeat {
            if case .exactly(let value) = try place(key, try literal()) { values.append(value) }
        } while accept(",")
        guard accept(")") else { throw unexpected("expected \",\" or \")\" in the list of IN") }
        return .isIn(key: key, values)
    }

    private mutating func pattern(_ key: Int) throws(PartitionSyntaxError) -> PartitionPattern {
        guard types[key] == .text else {
            throw PartitionSyntaxError(
                .typeError, "LIKE compares texts, and the key \"\(keys[key].name)\" is \(keys[key].type)", current.range,
                remedy: "compare it with =, <, > or BETWEEN")
        }
        switch current.kind {
        case .text(let text), .doubleQuoted(let text):
            guard let pattern = PartitionPattern(text) else {
                throw PartitionSyntaxError(.syntaxError, "the pattern of LIKE ends with a backslash", current.range)
            }
            advance()
            return pattern
        default: throw unexpected("expected a pattern in quotes behind LIKE")
        }
    }

    // MARK: Operands

    private mutating func operand() throws(PartitionSyntaxError) -> Operand {
        let token = current
        switch token.kind {
        case .symbol, .end: throw unexpected("expected a partition key")
        default: advance()
        }
        switch token.kind {
        case .word(let word):
            if ["TRUE", "FALSE", "NULL"].contains(word.uppercased()), index(of: word) == nil { return .literal(token) }
            if ["DATE", "TIMESTAMP"].contains(word.uppercased()), case .text = current.kind { return .literal(token) }
            return .key(try key(word, token))
        case .name(let name): return .key(try key(name, token))
        case .doubleQuoted(let name): return index(of: name).map { .key($0) } ?? .literal(token)
        case .text, .number, .symbol, .end: return .literal(token)
        }
    }

    private func index(of name: String) -> Int? { keys.firstIndex { $0.name.lowercased() == name.lowercased() } }

    private func key(_ name: String, _ token: PartitionToken) throws(PartitionSyntaxError) -> Int {
        if let index = index(of: name) { return index }
        let names = keys.map(\.name)
        if otherColumns.contains(where: { $0.lowercased() == name.lowercased() }) {
            throw PartitionSyntaxError(
                .unknownColumn, "\"\(name)\" is a column in the files and no partition key", token.range,
                remedy: names.isEmpty ? "the table is not partitioned" : "partition keys: " + names.joined(separator: ", "))
        }
        throw PartitionSyntaxError(
            .unknownColumn, "there is no partition key \(name.quotedForMessage)", token.range,
            remedy: Suggestion.remedy(for: name, in: names, noun: "partition keys") ?? "the table is not partitioned")
    }

    /// A value: quoted, a number, TRUE or FALSE, DATE '…' or TIMESTAMP '…'.
    private mutating func literal() throws(PartitionSyntaxError) -> PartitionToken {
        if let keyword = current.keyword, ["DATE", "TIMESTAMP"].contains(keyword), case .text = following.kind { advance() }
        let token = current
        switch token.kind {
        case .text, .number, .doubleQuoted: break
        case .word(let word) where ["TRUE", "FALSE"].contains(word.uppercased()): break
        case .word(let word) where word.uppercased() == "NULL":
            throw PartitionSyntaxError(.syntaxError, "nothing equals NULL", token.range, remedy: "write IS NULL or IS NOT NULL")
        case .word(let word):
            throw PartitionSyntaxError(
                .syntaxError, "expected a value, found \"\(word)\"", token.range, remedy: "a text stands in single quotes: '\(word)'")
        default: throw unexpected("expected a value")
        }
        advance()
        return token
    }

    private func test(_ key: Int, _ operation: String, _ token: PartitionToken) throws(PartitionSyntaxError) -> PartitionTest {
        if case .number(let number) = token.kind, types[key] == .text, operation != "=", operation != "<>" {
            throw PartitionSyntaxError(
                .typeError, "the key \"\(keys[key].name)\" is a string, and \(number) is a number: as a text '10' comes before '9'",
                token.range, remedy: "write '\(number)' to compare texts, or give the key a number's type")
        }
        return PartitionTest(operation, try place(key, token))
    }

    private func place(_ key: Int, _ token: PartitionToken) throws(PartitionSyntaxError) -> PartitionPlace {
        let text: String
        switch token.kind {
        case .text(let value), .doubleQuoted(let value), .number(let value), .word(let value): text = value
        default: throw PartitionSyntaxError(.syntaxError, "expected a value", token.range)
        }
        if let place = types[key].place(of: text) { return place }
        throw PartitionSyntaxError(
            .typeError, "\(text.quotedForMessage) is no \(keys[key].type), which the key \"\(keys[key].name)\" is", token.range,
            remedy: types[key].example.map { "write it as \($0)" })
    }
}

extension PartitionKeyType {
    /// A value as an expression writes it.
    fileprivate var example: String? {
        switch self {
        case .date: "'2024-12-31'"
        case .timestamp: "'2024-12-31 23:59:59'"
        case .boolean: "true or false"
        case .integer, .float, .decimal: "a number"
        case .text: nil
        }
    }
}
