import SluiceCore

/// Turns a syntax tree into bound nodes: resolves names, checks and unifies types, folds constants.
struct Binder {
    let schema: Schema
    /// Parameters of the lambdas around, outermost first.
    var parameters: [(name: String, type: DataType)] = []

    init(_ schema: Schema) { self.schema = schema }

    func bind(_ syntax: SyntaxNode) throws(ExpressionError) -> Operand {
        var operand = try unfolded(syntax)
        operand.node = DictionaryNode.wrapping(operand.node.folded())
        return operand
    }

    private func unfolded(_ syntax: SyntaxNode) throws(ExpressionError) -> Operand {
        let range = syntax.range
        switch syntax.kind {
        case .literal(let literal): return try self.literal(literal, range)
        case .interval: throw Self.misplacedInterval(range)
        case .column(let name, let isQuoted): return try column(name, isQuoted: isQuoted, range)
        case .member(let inner, let name): return try member(of: bind(inner), name, range)
        case .element(let inner, let index): return try element(of: bind(inner), at: bind(index), range)
        case .list(let elements): return try list(elements, range)
        case .negate(let inner): return try negation(of: bind(inner), range)
        case .not(let inner): return Operand(LogicNodes.not(try condition(inner).node), range)
        case .and(let operands), .or(let operands):
            var nodes: [any BoundNode] = []
            for operand in operands { nodes.append(try condition(operand).node) }
            if case .and = syntax.kind { return Operand(LogicNode(isAnd: true, operands: nodes), range) }
            return Operand(LogicNode(isAnd: false, operands: nodes), range)
        case .binary(let operation, let left, let right): return try binary(operation, left, right, range)
        case .isNull(let inner, let negated): return Operand(LogicNodes.isNull(try bind(inner).node, negated: negated), range)
        case .isTruth(let inner, let truth, let negated):
            return Operand(LogicNodes.isTruth(try condition(inner).node, truth, negated: negated), range)
        case .isDistinct(let left, let right, let negated):
            let (_, sides) = try comparable([try bind(left), try bind(right)], "IS DISTINCT FROM")
            return Operand(LogicNodes.isDistinct(sides[0].node, sides[1].node, negated: negated), range)
        case .isIn(let inner, let list, let negated): return try membership(inner, list, negated: negated, range)
        case .between(let inner, let lower, let upper, let negated):
            let (_, parts) = try comparable([try bind(inner), try bind(lower), try bind(upper)], "BETWEEN")
            return Operand(LogicNodes.between(parts.map(\.node), negated: negated), range)
        case .like: return try like(syntax.kind, range)
        case .cases(let operand, let branches, let otherwise): return try cases(operand, branches, otherwise, range)
        case .cast(let inner, let type, let isTry): return try cast(try bind(inner), to: type, isTry: isTry, range)
        case .call(let name, let nameRange, let arguments): return try call(name, nameRange, arguments, range)
        case .lambda:
            throw ExpressionError(
                .typeError, "a lambda stands only as an argument of a list function", range,
                remedy: "for example list_transform(xs, x -> x + 1)")
        }
    }

    /// A boolean operand, or a null.
    func condition(_ syntax: SyntaxNode) throws(ExpressionError) -> Operand {
        let operand = try bind(syntax)
        guard let boolean = operand.coerced(to: .boolean) else {
            throw ExpressionError(
                .typeError, "a condition is boolean, but this is \(operand.type)", operand.range,
                remedy: operand.type.isChoice
                    ? ChoiceCasts.remedy
                    : operand.type.isNumeric
                        ? "compare it, for example with <> 0" : "compare it with a value, or test it with IS NOT NULL")
        }
        return boolean
    }

    // MARK: Leaves

    private func literal(_ literal: Literal, _ range: Range<Int>) throws(ExpressionError) -> Operand {
        let type = literal.naturalType
        guard let value = literal.value(as: type), let column = try? ColumnBuilder.column(type, [value]) else {
            throw ExpressionError(.typeError, "the literal does not fit any type", range)
        }
        return Operand(LongTextNode(column) ?? ConstantNode(value: column), range, literal: literal)
    }

    private func column(_ name: String, isQuoted: Bool, _ range: Range<Int>) throws(ExpressionError) -> Operand {
        if let depth = parameters.lastIndex(where: { $0.name == name }) {
            return Operand(ParameterNode(depth: depth + 1, type: parameters[depth].type), range)
        }
        if let index = schema.index(of: name) {
            let field = schema.fields[index]
            return Operand(ColumnNode(index: index, type: field.type, isNullable: field.isNullable), range)
        }
        let names = schema.names + parameters.map(\.name)
        var remedy = Suggestion.nearest(to: name, in: names).map { "did you mean \"\($0)\"?" }
        if remedy == nil {
            let quotes = isQuoted ? "double quotes make a column's name; a text stands in single quotes: '\(name)'" : nil
            let hints = [quotes, Suggestion.remedy(for: name, in: names, noun: "columns")].compactMap(\.self)
            remedy = hints.isEmpty ? nil : hints.joined(separator: "; ")
        }
        throw ExpressionError(.unknownColumn, "unknown column \"\(name)\"", range, remedy: remedy)
    }

    static func misplacedInterval(_ range: Range<Int>) -> ExpressionError {
        ExpressionError(
            .typeError, "an interval stands only behind + or - of a date or timestamp", range,
            remedy: "for example shipped + INTERVAL '2 days'; for a span between two times use date_diff('day', a, b)")
    }

    private func list(_ elements: [SyntaxNode], _ range: Range<Int>) throws(ExpressionError) -> Operand {
        var operands: [Operand] = []
        for element in elements { operands.append(try bind(element)) }
        let (type, unified) = try self.unified(operands, "a list")
        return Operand(NestedNodes.list(of: type, unified.map(\.node)), range)
    }

    // MARK: Types

    /// The operands in one type that holds them all; literals adapt to the others.
    ///
    /// - Throws: `typeError` that names the two types that do not go together; `valueDoesNotFit` for a text literal that is no date.
    func unified(_ operands: [Operand], _ what: String) throws(ExpressionError) -> (type: DataType, operands: [Operand]) {
        var common = DataType.null
        for operand in operands where operand.literal == nil {
            guard let type = DataType.common(common, operand.type) else { throw mismatch(common, operand, what) }
            common = type
        }
        for operand in operands {
            guard let literal = operand.literal, literal.value(as: common) == nil else { continue }
            if case .text(let text) = literal, common.isTemporal {
                throw ExpressionError(
                    .valueDoesNotFit, "\(text.quotedForMessage) is not a \(common)", operand.range, remedy: TextTimes.advice(for: common))
            }
            let natural = common.isDecimal ? literal.exactType ?? literal.naturalType : literal.naturalType
            guard let type = DataType.common(common, natural) else { throw mismatch(common, operand, what) }
            common = type
        }
        var result: [Operand] = []
        for operand in operands {
            // Only a decimal of more than 38 digits does not widen: its values are checked row by row.
            result.append(operand.coerced(to: common) ?? Operand(operand.converted(to: common), operand.range))
        }
        return (common, result)
    }

    /// As `unified`, for operands that are compared with each other: each must have one type.
    func comparable(_ operands: [Operand], _ what: String) throws(ExpressionError) -> (type: DataType, operands: [Operand]) {
        if let choice = operands.first(where: \.type.isChoice) {
            throw ExpressionError(
                .typeError, "\(what) compares values of one type, but this is \(choice.type)", choice.range, remedy: ChoiceCasts.remedy)
        }
        return try unified(operands, what)
    }

    private func mismatch(_ common: DataType, _ operand: Operand, _ what: String) -> ExpressionError {
        var remedy = "convert one of them with CAST(… AS \(common))"
        // As texts, 10 comes before 9.
        if common == .string, operand.type.isNumeric || operand.type.isTemporal {
            remedy = "convert the text with CAST(… AS \(operand.type)), or compare it with a text in quotes"
        } else if operand.type == .string, common.isNumeric || common.isTemporal {
            remedy = "convert the text with CAST(… AS \(common))"
        }
        if common.isChoice || operand.type.isChoice { remedy = ChoiceCasts.remedy }
        if case .timestamp = common, case .timestamp = operand.type { remedy = "say which one is meant with CAST(… AS timestamptz)" }
        return ExpressionError(
            .typeError, "\(what) needs values of one type, but has \(common) and \(operand.type)", operand.range, remedy: remedy)
    }

    func cast(_ operand: Operand, to type: DataType, isTry: Bool, _ range: Range<Int>) throws(ExpressionError) -> Operand {
        guard operand.type.casts(to: type) else {
            throw ExpressionError(.typeError, "\(operand.type) cannot be cast to \(type)", range)
        }
        // A number literal is exact in the target, without the way over float64.
        if let literal = operand.literal, case .number = literal, let exact = operand.coerced(to: type) {
            return Operand(exact.node, range)
        }
        let node = operand.converted(to: type)
        return Operand(isTry ? TryNode(argument: node) : node, range)
    }
}
