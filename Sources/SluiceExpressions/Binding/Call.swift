import SluiceCore

/// A function's call while it is bound: hands out its arguments in the types that the function asks for.
struct Call {
    let manual: Manual
    let range: Range<Int>
    let syntax: [SyntaxNode]
    /// Nil for a lambda.
    let operands: [Operand?]
    let binder: Binder

    var count: Int { syntax.count }

    /// The argument whatever its type.
    func any(_ index: Int) throws(ExpressionError) -> Operand {
        guard let operand = operands[index] else {
            throw ExpressionError(
                .typeError, "\(manual.name) takes no lambda here", syntax[index].range, remedy: "its form is \(manual.signature)")
        }
        return operand
    }

    /// All arguments in one type.
    func unified(from start: Int = 0) throws(ExpressionError) -> (type: DataType, nodes: [any BoundNode]) {
        var plain: [Operand] = []
        for index in start..<count { plain.append(try any(index)) }
        let (type, operands) = try binder.unified(plain, manual.name)
        return (type, operands.map(\.node))
    }

    /// All arguments in one type in which they can be compared.
    func comparable() throws(ExpressionError) -> (type: DataType, nodes: [any BoundNode]) {
        var plain: [Operand] = []
        for index in 0..<count { plain.append(try any(index)) }
        let (type, operands) = try binder.comparable(plain, manual.name)
        return (type, operands.map(\.node))
    }

    /// The argument as `type`, which it has or widens to.
    func argument(_ index: Int, as type: DataType, _ noun: String) throws(ExpressionError) -> any BoundNode {
        let operand = try any(index)
        if let fitting = operand.coerced(to: type) { return fitting.node }
        if case .text(let text)? = operand.literal, type.isTemporal {
            throw ExpressionError(
                .valueDoesNotFit, "\(text.quotedForMessage) is not a \(type)", operand.range, remedy: TextTimes.advice(for: type))
        }
        throw mismatch(index, noun, remedy: "convert it with CAST(… AS \(type)), or see the form: \(manual.signature)")
    }

    func mismatch(_ index: Int, _ noun: String, remedy: String? = nil) -> ExpressionError {
        let type = operands[index].map { "\($0.type)" } ?? "a lambda"
        return ExpressionError(
            .typeError, "argument \(index + 1) of \(manual.name) is \(noun), not \(type)", syntax[index].range,
            remedy: remedy ?? "its form is \(manual.signature)")
    }

    func text(_ index: Int) throws(ExpressionError) -> any BoundNode { try argument(index, as: .string, "a text") }
    func integer(_ index: Int) throws(ExpressionError) -> any BoundNode { try argument(index, as: .int64, "an integer") }
    func float(_ index: Int) throws(ExpressionError) -> any BoundNode { try argument(index, as: .float64, "a number") }
    func date(_ index: Int) throws(ExpressionError) -> any BoundNode { try argument(index, as: .date, "a date") }

    /// A number in int64, float64 or its own decimal type.
    func number(_ index: Int) throws(ExpressionError) -> any BoundNode {
        let operand = try any(index)
        if operand.isNull { return ConstantNode.null(.int64) }
        let type: DataType = operand.type.isInteger ? .int64 : operand.type.isFloat ? .float64 : operand.type
        guard operand.type.isNumeric, let wide = operand.coerced(to: type) else {
            throw mismatch(index, "a number", remedy: operand.type == .string ? "convert it with CAST(… AS float64)" : nil)
        }
        return wide.node
    }

    /// A date or timestamp as it is; a text literal becomes a date where it is one, else a timestamp.
    func time(_ index: Int) throws(ExpressionError) -> any BoundNode {
        let operand = try any(index)
        if operand.type.isTemporal { return operand.node }
        for type in [DataType.date, .timestamp(zoned: false), .timestamp(zoned: true)] {
            if let time = operand.coerced(to: type) { return time.node }
        }
        throw mismatch(index, "a date or timestamp", remedy: "convert it with CAST(… AS timestamp) or to_date(text, '%d/%m/%Y')")
    }

    /// A list and the type of its elements.
    func list(_ index: Int) throws(ExpressionError) -> (node: any BoundNode, element: DataType) {
        let operand = try any(index)
        if operand.isNull { return (ConstantNode.null(.list(.null)), .null) }
        guard case .list(let element) = operand.type else { throw mismatch(index, "a list") }
        return (operand.node, element)
    }

    /// The body of a lambda over elements of a type.
    func lambda(_ index: Int, over element: DataType) throws(ExpressionError) -> Operand { try lambda(index, over: [element]) }

    /// The body of a lambda with a parameter of each type.
    func lambda(_ index: Int, over types: [DataType]) throws(ExpressionError) -> Operand {
        guard case .lambda(let parameters, let body) = syntax[index].kind else {
            throw mismatch(index, "a lambda", remedy: "its form is \(manual.signature)")
        }
        guard parameters.count == types.count else {
            throw ExpressionError(
                .typeError,
                "the lambda of \(manual.name) has \(types.count) parameter\(types.count == 1 ? "" : "s"), not \(parameters.count)",
                syntax[index].range, remedy: "its form is \(manual.signature)")
        }
        var inner = binder
        for (parameter, type) in zip(parameters, types) { inner.parameters.append((parameter, type)) }
        return try inner.bind(body)
    }

    /// A map and the types of its keys and values.
    func map(_ index: Int) throws(ExpressionError) -> (node: any BoundNode, key: DataType, value: DataType) {
        let operand = try any(index)
        guard case .map(let key, let value) = operand.type else { throw mismatch(index, "a map") }
        return (operand.node, key, value)
    }

    /// An argument that is the same for all rows, and not null.
    func constant(_ index: Int, as type: DataType, _ noun: String) throws(ExpressionError) -> Value {
        guard let value = try argument(index, as: type, noun).constant, !value.isNull(0) else {
            throw ExpressionError(
                .typeError, "argument \(index + 1) of \(manual.name) is a constant \(noun), the same for every row", syntax[index].range,
                remedy: "its form is \(manual.signature)")
        }
        return value[0]
    }

    func constantText(_ index: Int) throws(ExpressionError) -> String {
        if case .string(let text) = try constant(index, as: .string, "text") { text } else { "" }
    }

    func constantInteger(_ index: Int, in allowed: ClosedRange<Int64>) throws(ExpressionError) -> Int {
        guard case .integer(let number) = try constant(index, as: .int64, "integer"), allowed.contains(number) else {
            throw ExpressionError(
                .typeError, "argument \(index + 1) of \(manual.name) is from \(allowed.lowerBound) to \(allowed.upperBound)",
                syntax[index].range)
        }
        return Int(number)
    }

    func unit(_ index: Int) throws(ExpressionError) -> TimeUnit {
        let name = try constantText(index)
        guard let unit = TimeUnit(named: name) else {
            throw ExpressionError(
                .typeError, "unknown unit \(name.quotedForMessage)", syntax[index].range,
                remedy: Suggestion.remedy(for: name, in: TimeUnit.names, noun: "units"))
        }
        return unit
    }
}
