import SluiceCore

extension Binder {
    func membership(_ inner: SyntaxNode, _ list: [SyntaxNode], negated: Bool, _ range: Range<Int>) throws(ExpressionError) -> Operand {
        var operands = [try bind(inner)]
        for element in list { operands.append(try bind(element)) }
        let (_, parts) = try comparable(operands, "IN")
        let tested = parts[0].node
        let choices = parts.dropFirst().map(\.node)
        let found: any BoundNode
        if let set = MembershipKernel.node(tested, choices) {
            found = set
        } else {
            found = LogicNodes.isAny(tested, of: choices)
        }
        return Operand(negated ? LogicNodes.not(found.folded()) : found, range)
    }

    func cases(
        _ operand: SyntaxNode?, _ branches: [SyntaxNode.Branch], _ otherwise: SyntaxNode?, _ range: Range<Int>
    ) throws(ExpressionError) -> Operand {
        var conditions: [any BoundNode] = []
        var tested: (any BoundNode)?
        if let operand {
            var compared = [try bind(operand)]
            for branch in branches { compared.append(try bind(branch.condition)) }
            let (_, parts) = try comparable(compared, "CASE")
            tested = parts[0].node
            conditions = parts.dropFirst().map(\.node)
        } else {
            for branch in branches { conditions.append(try condition(branch.condition).node) }
        }
        var results: [Operand] = []
        for branch in branches { results.append(try bind(branch.result)) }
        if let otherwise { results.append(try bind(otherwise)) }
        let (type, unified) = try self.unified(results, "the results of CASE")
        let last: any BoundNode = otherwise == nil ? ConstantNode.null(type) : unified[unified.count - 1].node
        return Operand(CaseNode(type: type, tested: tested, branches: Array(zip(conditions, unified.map(\.node))), otherwise: last), range)
    }

    func like(_ kind: SyntaxNode.Kind, _ range: Range<Int>) throws(ExpressionError) -> Operand {
        guard case .like(let text, let pattern, let escape, let ignoresCase, let negated) = kind else {
            preconditionFailure("only LIKE comes here")
        }
        let word = ignoresCase ? "ILIKE" : "LIKE"
        let tested = try self.text(text, "the left side of \(word)")
        let mask = try self.text(pattern, "the pattern of \(word)")
        var mark: UInt8?
        if let escape {
            let operand = try bind(escape)
            guard case .string(let character)? = operand.node.constant?[0], character.utf8.count == 1 else {
                throw ExpressionError(
                    .typeError, "ESCAPE is one ASCII character", escape.range, remedy: #"for example LIKE '10\%' ESCAPE '\'"#)
            }
            mark = character.utf8.first
        }
        if let constant = mask.node.constant, !constant.isNull(0),
            LikePattern(constant.rows.text(0), escape: mark, ignoresCase: ignoresCase) == nil
        {
            throw ExpressionError(.typeError, "the pattern ends with its escape character", pattern.range)
        }
        let node = LikeKernel.node(tested.node, mask.node, escape: mark, ignoresCase: ignoresCase)
        return Operand(negated ? LogicNodes.not(node.folded()) : node, range)
    }

    private func text(_ syntax: SyntaxNode, _ what: String) throws(ExpressionError) -> Operand {
        let operand = try bind(syntax)
        guard let text = operand.coerced(to: .string) else {
            throw ExpressionError(
                .typeError, "\(what) is a text, not \(operand.type)", operand.range, remedy: "convert it with CAST(… AS string)")
        }
        return text
    }

    /// `||` joins texts, and lists.
    func concatenation(_ left: Operand, _ right: Operand, _ range: Range<Int>) throws(ExpressionError) -> Operand {
        if case .list = left.isNull ? right.type : left.type {
            let (type, sides) = try unified([left, right], "||")
            return Operand(NestedNodes.joinedLists(type, sides[0].node, sides[1].node), range)
        }
        for side in [left, right] where side.coerced(to: .string) == nil {
            let remedy =
                side.type == .boolean ? "|| joins texts; the logical or is written OR" : "convert it with CAST(… AS string), or use concat"
            throw ExpressionError(.typeError, "|| joins texts, but this is \(side.type)", side.range, remedy: remedy)
        }
        let nodes = [left, right].compactMap { $0.coerced(to: .string)?.node }
        return Operand(TextKernels.joined(nodes), range)
    }

    // MARK: Paths

    func member(of operand: Operand, _ name: String, _ range: Range<Int>) throws(ExpressionError) -> Operand {
        guard case .structure(let fields) = operand.type else {
            let remedy =
                if case .list = operand.type { "take an element first, or use list_transform(xs, x -> x.\(name))" } else {
                    operand.type.isChoice ? ChoiceCasts.remedy : nil as String?
                }
            throw ExpressionError(.typeError, "\(operand.type) has no members, so no \"\(name)\"", range, remedy: remedy)
        }
        guard let index = fields.firstIndex(where: { $0.name == name }) else {
            throw ExpressionError(
                .unknownColumn, "unknown member \"\(name)\"", (range.upperBound - name.unicodeScalars.count)..<range.upperBound,
                remedy: Suggestion.remedy(for: name, in: fields.map(\.name), noun: "members"))
        }
        return Operand(NestedNodes.member(operand.node, index, fields[index]), range)
    }

    func element(of operand: Operand, at index: Operand, _ range: Range<Int>) throws(ExpressionError) -> Operand {
        if case .map(let key, let value) = operand.type {
            guard let wanted = index.coerced(to: key) else {
                throw ExpressionError(.typeError, "the keys of the map are \(key), not \(index.type)", index.range)
            }
            return Operand(MapKernels.value(operand.node, wanted.node, value), range)
        }
        guard case .list(let element) = operand.type else {
            throw ExpressionError(
                .typeError, "[ ] takes an element of a list or map, but this is \(operand.type)", operand.range,
                remedy: operand.type.isChoice ? ChoiceCasts.remedy : nil)
        }
        guard let position = index.coerced(to: .int64) else {
            throw ExpressionError(.typeError, "an index is an integer, not \(index.type)", index.range)
        }
        return Operand(NestedNodes.element(operand.node, position.node, element), range)
    }

    // MARK: Calls

    func call(_ name: String, _ nameRange: Range<Int>, _ arguments: [SyntaxNode], _ range: Range<Int>) throws(ExpressionError) -> Operand {
        guard let function = FunctionCatalog.function(named: name) else {
            if AggregateCatalog.names.contains(name.lowercased()) {
                throw ExpressionError(
                    .unknownFunction, "\(name) is an aggregate, and this is an expression of one row", nameRange,
                    remedy: "use it in an aggregate step")
            }
            throw ExpressionError(
                .unknownFunction, "unknown function \"\(name)\"", nameRange,
                remedy: Suggestion.nearest(to: name, in: FunctionCatalog.names).map { "did you mean \"\($0)\"?" }
                    ?? "sluice functions prints all there are")
        }
        let manual = function.manual
        guard manual.arguments.contains(arguments.count) else {
            throw ExpressionError(
                .typeError, "\(manual.name) takes \(manual.countDescription), not \(arguments.count)", range,
                remedy: "its form is \(manual.signature)")
        }
        var operands: [Operand?] = []
        for argument in arguments {
            if case .lambda = argument.kind { operands.append(nil) } else { operands.append(try bind(argument)) }
        }
        return Operand(try function.bind(Call(manual: manual, range: range, syntax: arguments, operands: operands, binder: self)), range)
    }
}
