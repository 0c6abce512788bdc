import SluiceCore
import SluiceExpressions

/// Writes expressions of a query in Sluice's own language, where that means the same as SQLite does with the same text.
///
/// A query is in SQLite's language. What both languages have and mean alike goes to the engine; functions that only Sluice has are taken as
/// Sluice has them. Everything else is left to SQLite.
struct EngineTranslator {
    /// An expression, and what its values are.
    struct Translated: Hashable {
        var text: String
        var kind: ValueKind
        /// Whether it is a plain literal, which adapts to what it is compared with.
        var isLiteral = false
    }

    let schema: Schema
    /// Names of SQLite's functions, in lower case.
    let functions: Set<String>
    /// What names in an expression stand for, beside columns: calls of aggregates.
    var terms: [String: Translated] = [:]
    /// The text that the nodes' ranges count in.
    var text = ""
    /// Whether values of CASE may be integers beside floating-point numbers: their mean is the same as that of floating-point numbers alone.
    var isMean = false

    func translate(_ node: SyntaxNode) throws -> Translated {
        switch node.kind {
        case .literal(let literal): return Self.literal(literal)
        case .interval: return Translated(text: written(node), kind: .interval, isLiteral: true)
        case .column(let name, _): return try column(name)
        case .negate(let inner):
            let inner = try translate(inner)
            guard inner.kind.isNumeric else { throw LeftToSQLite("a minus before \(inner.kind.noun)") }
            return Translated(text: "(- \(inner.text))", kind: inner.kind == .float32 ? .float64 : inner.kind)
        case .not(let inner): return Translated(text: "(NOT \(try condition(inner)))", kind: .boolean)
        case .and(let operands):
            return Translated(text: "(" + (try operands.map(condition)).joined(separator: " AND ") + ")", kind: .boolean)
        case .or(let operands): return Translated(text: "(" + (try operands.map(condition)).joined(separator: " OR ") + ")", kind: .boolean)
        case .binary(let operation, let left, let right): return try binary(operation, left, right)
        case .isNull(let inner, let negated):
            return Translated(text: "(\(try translate(inner).text) IS \(negated ? "NOT " : "")NULL)", kind: .boolean)
        case .isIn(let inner, let list, let negated):
            let value = try translate(inner)
            let items = try list.map { try comparable(value, translate($0)) }
            return Translated(text: "(\(value.text) \(negated ? "NOT " : "")IN (\(items.joined(separator: ", "))))", kind: .boolean)
        case .between(let inner, let lower, let upper, let negated):
            let value = try translate(inner)
            let bounds = try [lower, upper].map { try comparable(value, translate($0)) }
            return Translated(text: "(\(value.text) \(negated ? "NOT " : "")BETWEEN \(bounds[0]) AND \(bounds[1]))", kind: .boolean)
        case .like(let inner, let pattern, nil, false, let negated):
            let (value, pattern) = (try translate(inner), try translate(pattern))
            guard value.kind == .text, pattern.kind == .text else { throw LeftToSQLite("LIKE on \(value.kind.noun)") }
            return Translated(text: "(\(value.text) \(negated ? "NOT " : "")LIKE \(pattern.text))", kind: .boolean)
        case .cases(nil, let branches, let otherwise): return try cases(branches, otherwise)
        case .call(let name, _, let arguments): return try call(name, arguments, node)
        case .cast(let inner, let type, false): return try cast(inner, type)
        case .cast(_, _, true), .member, .element, .like(_, _, nil, true, _): return try ownForm(node)
        default: throw LeftToSQLite("\(written(node).quotedForMessage)")
        }
    }

    /// An expression that is a condition.
    func condition(_ node: SyntaxNode) throws -> String {
        let translated = try translate(node)
        guard translated.kind == .boolean || translated.kind == .null else { throw LeftToSQLite("\(translated.kind.noun) as a condition") }
        return translated.text
    }

    // MARK: Leaves

    private static func literal(_ literal: Literal) -> Translated {
        switch literal {
        case .null: Translated(text: "NULL", kind: .null, isLiteral: true)
        case .boolean(let truth): Translated(text: truth ? "true" : "false", kind: .boolean, isLiteral: true)
        case .number(let digits):
            Translated(text: digits, kind: digits.contains { ".eE".contains($0) } ? .float64 : .integer, isLiteral: true)
        case .text(let text): Translated(text: SQLQuote.text(text), kind: .text, isLiteral: true)
        case .date(let days): Translated(text: "DATE '\(Value.date(days))'", kind: .date)
        case .timestamp(let micros, let zoned): Translated(text: "TIMESTAMP '\(Value.timestamp(micros, zoned: zoned))'", kind: .timestamp)
        }
    }

    private func column(_ name: String) throws -> Translated {
        if let term = terms[name] { return term }
        guard let field = schema[name] else { throw LeftToSQLite("no column \(name.quotedForMessage)") }
        return Translated(text: SQLQuote.name(field.name), kind: ValueKind(field.type))
    }

    // MARK: Operators

    private func binary(_ operation: BinaryOperator, _ left: SyntaxNode, _ right: SyntaxNode) throws -> Translated {
        let (a, b) = (try translate(left), try translate(right))
        if operation.isComparison {
            let text = try comparable(a, b)
            return Translated(text: "(\(a.text) \(operation.rawValue) \(text))", kind: .boolean)
        }
        if operation == .concatenate {
            guard a.kind == .text, b.kind == .text else { throw LeftToSQLite("|| of \(a.kind.noun) and \(b.kind.noun)") }
            return Translated(text: "(\(a.text) || \(b.text))", kind: .text)
        }
        if a.kind == .interval || b.kind == .interval {
            let kind = a.kind == .interval ? b.kind : a.kind
            guard operation == .add || operation == .subtract, kind == .date || kind == .timestamp else { throw LeftToSQLite("intervals") }
            return Translated(text: "(\(a.text) \(operation.rawValue) \(b.text))", kind: .timestamp)
        }
        guard a.kind.isNumeric, b.kind.isNumeric else { throw LeftToSQLite("\(operation.rawValue) of \(a.kind.noun) and \(b.kind.noun)") }
        let isWhole = a.kind == .integer && b.kind == .integer
        let isDecimal = !isWhole && [a.kind, b.kind].allSatisfy { $0 == .integer || $0 == .decimal }
        switch operation {
        case .add, .subtract, .multiply:
            return Translated(
                text: "(\(a.text) \(operation.rawValue) \(b.text))", kind: isWhole ? .integer : isDecimal ? .decimal : .float64)
        case .divide:
            // SQLite cuts the quotient of integers, and has null for a division by zero.
            if isWhole { return Translated(text: "(\(a.text) // nullif(\(b.text), 0))", kind: .integer) }
            guard !isDecimal, a.kind != .decimal, b.kind != .decimal else { throw LeftToSQLite("a division of decimals") }
            return Translated(text: "(\(a.text) / nullif(\(b.text), \(b.kind == .integer ? "0" : "0.0")))", kind: .float64)
        case .modulo where isWhole: return Translated(text: "(\(a.text) % nullif(\(b.text), 0))", kind: .integer)
        default: throw LeftToSQLite("\(operation.rawValue) of \(a.kind.noun) and \(b.kind.noun)")
        }
    }

    /// The second operand of a comparison with the first.
    private func comparable(_ a: Translated, _ b: Translated) throws -> String {
        switch (a.kind, b.kind) {
        case (.null, _), (_, .null), (.text, .text), (.boolean, .boolean), (.date, .date), (.timestamp, .timestamp): break
        // SQLite sees a float32 as the double that it is; Sluice brings the other side to float32.
        case (.float32, _), (_, .float32): throw LeftToSQLite("a comparison of float32")
        case (let left, let right) where left.isNumeric && right.isNumeric: break
        case (.date, .text) where b.isLiteral, (.timestamp, .text) where b.isLiteral: break
        case (.text, .date) where a.isLiteral, (.text, .timestamp) where a.isLiteral: break
        default: throw LeftToSQLite("a comparison of \(a.kind.noun) with \(b.kind.noun)")
        }
        return b.text
    }

    private func cases(_ branches: [SyntaxNode.Branch], _ otherwise: SyntaxNode?) throws -> Translated {
        var text = "(CASE"
        var kinds: Set<ValueKind> = []
        var inner = self
        inner.isMean = false
        for branch in branches {
            let result = try inner.translate(branch.result)
            kinds.insert(result.kind)
            text += " WHEN \(try inner.condition(branch.condition)) THEN \(result.text)"
        }
        if let otherwise {
            let result = try inner.translate(otherwise)
            kinds.insert(result.kind)
            text += " ELSE \(result.text)"
        }
        return Translated(text: text + " END)", kind: try common(kinds, "CASE"))
    }

    /// The kind of values of which SQLite keeps each as it is: they must be of one kind, or the engine would widen some.
    private func common(_ kinds: Set<ValueKind>, _ what: String) throws -> ValueKind {
        let kinds = kinds.subtracting([.null])
        if isMean, kinds == [.integer, .float64] { return .float64 }
        guard kinds.count <= 1 else { throw LeftToSQLite("\(what) with values of several types") }
        let kind = kinds.first ?? .null
        guard kind != .boolean, kind != .float32, kind != .choice else { throw LeftToSQLite("\(what) with \(kind.noun)") }
        return kind
    }

    private func cast(_ node: SyntaxNode, _ type: DataType) throws -> Translated {
        let inner = try translate(node)
        // `REAL` is a float32 in Sluice and a double in SQLite.
        switch (inner.kind, ValueKind(type)) {
        case (.integer, .float32), (.integer, .float64), (.float64, .float64), (.float64, .float32):
            return Translated(text: "CAST(\(inner.text) AS float64)", kind: .float64)
        case (.integer, .integer), (.text, .text): return inner
        case (.integer, .text): return Translated(text: "CAST(\(inner.text) AS string)", kind: .text)
        default: throw LeftToSQLite("CAST, which never fails in SQLite")
        }
    }

    // MARK: Functions

    private func call(_ name: String, _ arguments: [SyntaxNode], _ node: SyntaxNode) throws -> Translated {
        let lower = name.lowercased()
        guard functions.contains(lower) else { return try ownForm(node) }
        let values = try arguments.map(translate)
        func text(_ kind: ValueKind) -> Translated {
            Translated(text: "\(lower)(\(values.map(\.text).joined(separator: ", ")))", kind: kind)
        }
        switch lower {
        case "abs" where values.count == 1 && values[0].kind.isNumeric && values[0].kind != .float32: return text(values[0].kind)
        case "length" where values.count == 1 && values[0].kind == .text: return text(.integer)
        case "coalesce", "ifnull":
            let kind = try common(Set(values.map(\.kind)), name)
            return Translated(text: "coalesce(\(values.map(\.text).joined(separator: ", ")))", kind: kind)
        case "iif" where values.count == 3:
            let condition = try condition(arguments[0])
            let kind = try common([values[1].kind, values[2].kind], name)
            return Translated(text: "(CASE WHEN \(condition) THEN \(values[1].text) ELSE \(values[2].text) END)", kind: kind)
        case "nullif" where values.count == 2 && values[0].kind == values[1].kind && ![.float32, .boolean].contains(values[0].kind):
            return text(values[0].kind)
        default: throw LeftToSQLite("the function \(lower)")
        }
    }

    /// A form that SQLite does not have, in Sluice's words.
    private func ownForm(_ node: SyntaxNode) throws -> Translated {
        guard terms.isEmpty || !usesTerms(node) else { throw LeftToSQLite("\(written(node).quotedForMessage) of an aggregate") }
        let part = written(node)
        guard let bound = try? Expression(parsing: part).bind(to: schema) else { throw LeftToSQLite(part.quotedForMessage) }
        return Translated(text: "(\(part))", kind: ValueKind(bound.type))
    }

    private func usesTerms(_ node: SyntaxNode) -> Bool {
        if case .column(let name, _) = node.kind { return terms[name] != nil }
        return node.kind.children.contains(where: usesTerms)
    }

    private func written(_ node: SyntaxNode) -> String {
        let scalars = Array(text.unicodeScalars)
        let range = node.range.clamped(to: 0..<scalars.count)
        return String(String.UnicodeScalarView(scalars[range]))
    }
}
