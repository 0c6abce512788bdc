import SluiceCore
import SluiceExpressions

/// A SELECT over rows of the engine in the words of the step `sql`, whose answer is that of SQLite; the rows are `input`.
struct EngineSelect {
    /// One column of the result.
    private struct Item {
        /// As SQLite calls it, but that columns of one name get numbers.
        var name: String
        /// In Sluice's words.
        var text: String
    }

    private let arm: SelectArm?
    private let scope: NameScope
    private let translator: EngineTranslator
    private var schema: Schema { translator.schema }
    private var items: [Item] = []
    private var isGrouped = false

    /// - Parameters:
    ///   - arm: Nil where all columns stay, and only their order is asked for.
    ///   - scope: What names stand for in `translator.schema`.
    init(_ arm: SelectArm?, _ scope: NameScope, _ translator: EngineTranslator) {
        self.arm = arm
        self.scope = scope
        self.translator = translator
    }

    /// Names of the result's columns.
    private var names: [String] { items.map(\.name) }

    /// Whether the result has one row, whatever the rows are: aggregates without groups.
    private(set) var makesOneRow = false

    /// The statement.
    ///
    /// - Parameters:
    ///   - filter: In Sluice's words.
    ///   - order: Of the whole SELECT.
    /// - Throws: `LeftToSQLite` with the reason, `ExpressionError`.
    mutating func written(filter: String?, order: [SQLToken]?, limit: Int?) throws -> String {
        isGrouped = arm?.groups != nil
        let list = try list()
        var parts = ["SELECT \(arm?.isDistinct == true ? "DISTINCT " : "")\(list) FROM input"]
        if let filter { parts.append("WHERE \(filter)") }
        if let groups = arm?.groups {
            parts.append("GROUP BY " + (try groups.listed.map { try group($0) }).joined(separator: ", "))
        }
        if let having = arm?.having {
            guard isGrouped else { throw LeftToSQLite("HAVING without groups") }
            parts.append("HAVING " + (try expression(scope.resolved(having, names: names), isItem: false)))
        }
        let ending = try ending(order: order, limit: limit)
        makesOneRow = isGrouped && arm?.groups == nil && arm?.having == nil && limit != 0
        return parts.joined(separator: " ") + ending
    }

    /// ORDER BY and LIMIT, with a blank before them.
    mutating func ending(order: [SQLToken]?, limit: Int?) throws -> String {
        if arm == nil { _ = try list() }
        var parts: [String] = []
        if let order { parts.append(" ORDER BY " + (try order.listed.map { try key($0) }).joined(separator: ", ")) }
        if let limit { parts.append(" LIMIT \(limit)") }
        return parts.joined()
    }

    // MARK: The list

    private mutating func list() throws -> String {
        var unique = UniqueNames()
        var written: [String] = []
        for tokens in arm?.items ?? [] {
            if let all = try columnsOfStar(tokens) {
                for column in all { written.append(add(unique.next(column.name), SQLQuote.name(column.inner))) }
                continue
            }
            let (own, alias) = Self.alias(tokens)
            let text = try expression(scope.resolved(own), isItem: true)
            written.append(add(unique.next(try alias ?? name(of: own)), text))
        }
        guard arm?.keepsAll ?? true else { return written.joined(separator: ", ") }
        let columns = scope.allColumns
        for column in columns { written.append(add(unique.next(column.name), SQLQuote.name(column.inner))) }
        return columns.map(\.inner) == schema.names && names == schema.names ? "*" : written.joined(separator: ", ")
    }

    private mutating func add(_ name: String, _ text: String) -> String {
        items.append(Item(name: name, text: text))
        return "\(text) AS \(SQLQuote.name(name))"
    }

    /// The columns that `*` or `table.*` stands for; nil for anything else.
    private func columnsOfStar(_ tokens: [SQLToken]) throws -> [NameScope.Column]? {
        guard tokens.last?.isSymbol("*") == true else { return nil }
        if tokens.count == 1 { return scope.allColumns }
        let members = scope.members.filter { SQLColumn.folded($0.name) == SQLColumn.folded(tokens[0].text) }
        guard tokens.count == 3, tokens[1].isSymbol("."), members.count == 1 else { throw LeftToSQLite("the form of *") }
        return members[0].columns
    }

    /// An expression of the list and the name that it gives.
    static func alias(_ tokens: [SQLToken]) -> (tokens: [SQLToken], alias: String?) {
        if tokens.count > 2, tokens[tokens.count - 2].keyword == "AS", let last = tokens.last {
            return (Array(tokens.dropLast(2)), last.text)
        }
        if tokens.count > 1, let last = tokens.last, last.isName, endsOperand(tokens[tokens.count - 2], last) {
            return (Array(tokens.dropLast()), last.text)
        }
        return (tokens, nil)
    }

    /// Whether a name behind a token is an alias without AS.
    private static func endsOperand(_ token: SQLToken, _ name: SQLToken) -> Bool {
        if name.keyword == "END" || token.isSymbol(".") { return false }
        if token.isSymbol(")") || token.kind == .number || token.kind == .text || token.kind == .quotedName { return true }
        guard let word = token.keyword else { return false }
        return !operators.contains(word)
    }

    private static let operators: Set = [
        "AND", "OR", "NOT", "IS", "IN", "LIKE", "BETWEEN", "CASE", "WHEN", "THEN", "ELSE", "DISTINCT", "FROM", "AS", "ESCAPE", "GLOB",
        "REGEXP", "INTERVAL", "DATE", "TIMESTAMP",
    ]

    /// The name that SQLite gives a column without one: the table's for a plain column, or what was written.
    private func name(of tokens: [SQLToken]) throws -> String {
        let plain = try scope.resolved(tokens)
        if plain.count == 1, plain[0].kind == .quotedName, let name = scope.tableName(of: plain[0].text) { return name }
        return arm?.text.text(of: (tokens.first?.range.lowerBound ?? 0)..<(tokens.last?.range.upperBound ?? 0)) ?? ""
    }

    // MARK: Expressions

    /// An expression over rows or groups, with its aggregates.
    private mutating func expression(_ tokens: [SQLToken], isItem: Bool) throws -> String {
        let text = tokens.expressionText
        let parsed = try AggregateText(parsing: text)
        if parsed.hasAggregates { isGrouped = true }
        var own = translator
        own.text = text
        for term in parsed.terms { own.terms[term.name] = try aggregate(term.call) }
        if !isItem {
            for item in items where schema[item.name] == nil && parsed.expression.referencedColumns.contains(item.name) {
                throw LeftToSQLite("a name of the list in HAVING or ORDER BY")
            }
        }
        let translated = try own.translate(parsed.expression.root)
        guard isItem, parsed.expression.soleColumn == nil || parsed.hasAggregates else { return translated.text }
        switch translated.kind {
        case .boolean: throw LeftToSQLite("a condition as a column, which is 0 or 1 in SQLite")
        case .float32, .choice, .interval, .binary: throw LeftToSQLite("a column computed of \(translated.kind.noun)")
        default: return translated.text
        }
    }

    private func aggregate(_ call: AggregateCall) throws -> EngineTranslator.Translated {
        guard let argument = call.argument else { return .init(text: "count(*)", kind: .integer) }
        var own = translator
        own.text = call.text
        if case .cases = argument.root.kind { own.isMean = call.kind == .avg }
        let value = try own.translate(argument.root)
        let text = "\(call.kind.rawValue)(\(call.isDistinct ? "DISTINCT " : "")\(value.text))"
        switch call.kind {
        case .count, .countIf: return .init(text: text, kind: .integer)
        case .sum, .avg:
            guard value.kind.isNumeric else { throw LeftToSQLite("\(call.kind.rawValue) of \(value.kind.noun)") }
            return .init(text: text, kind: call.kind == .avg || value.kind == .float32 ? .float64 : value.kind)
        case .min, .max:
            guard ![.boolean, .float32, .choice, .nested, .binary].contains(value.kind) else {
                throw LeftToSQLite("\(call.kind.rawValue) of \(value.kind.noun)")
            }
            return .init(text: text, kind: value.kind)
        case .first, .last: return .init(text: text, kind: value.kind)
        }
    }

    // MARK: Groups and order

    /// A term of GROUP BY: an expression, a name of the list, or a place in it.
    private func group(_ tokens: [SQLToken]) throws -> String {
        if let item = try item(at: tokens) { return item.text }
        let resolved = try scope.resolved(tokens, names: names)
        if resolved.count == 1, resolved[0].kind == .quotedName, schema[resolved[0].text] == nil,
            let item = items.first(where: { $0.name == resolved[0].text })
        {
            return item.text
        }
        var own = translator
        own.text = resolved.expressionText
        return try own.translate(Expression(parsing: own.text).root).text
    }

    /// A term of ORDER BY. SQLite has nulls first, unless it says otherwise; descending, they are last.
    private mutating func key(_ tokens: [SQLToken]) throws -> String {
        var tokens = tokens
        var nulls: String?
        if tokens.count > 2, tokens[tokens.count - 2].keyword == "NULLS", let word = tokens.last?.keyword {
            nulls = word
            tokens.removeLast(2)
        }
        var isDescending = false
        if let word = tokens.last?.keyword, tokens.count > 1, ["ASC", "DESC"].contains(word) {
            isDescending = word == "DESC"
            tokens.removeLast()
        }
        let ending = (isDescending ? " DESC" : "") + " NULLS \(nulls ?? (isDescending ? "LAST" : "FIRST"))"
        if let item = try item(at: tokens) { return SQLQuote.name(item.name) + ending }
        // A name of the list goes before one of the tables.
        if tokens.count == 1, tokens[0].isName, tokens[0].kind != .text {
            let named = items.filter { SQLColumn.folded($0.name) == SQLColumn.folded(tokens[0].text) }
            if named.count == 1 { return SQLQuote.name(named[0].name) + ending }
        }
        return try expression(scope.resolved(tokens, names: names), isItem: false) + ending
    }

    private func item(at tokens: [SQLToken]) throws -> Item? {
        guard tokens.count == 1, tokens[0].kind == .number else { return nil }
        guard let place = Int(tokens[0].text), items.indices.contains(place - 1) else {
            throw LeftToSQLite("a number that is no place in the list")
        }
        return items[place - 1]
    }
}
