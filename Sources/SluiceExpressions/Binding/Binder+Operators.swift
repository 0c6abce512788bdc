import SluiceCore

extension Binder {
    func binary(_ operation: BinaryOperator, _ left: SyntaxNode, _ right: SyntaxNode, _ range: Range<Int>) throws(ExpressionError)
        -> Operand
    {
        if operation.isComparison {
            let (_, sides) = try comparable([try bind(left), try bind(right)], operation.rawValue)
            return Operand(LogicNodes.comparison(operation, sides[0].node, sides[1].node), range)
        }
        if let shifted = try intervalSum(operation, left, right, range) { return shifted }
        let sides = (try bind(left), try bind(right))
        if operation == .concatenate { return try concatenation(sides.0, sides.1, range) }
        if let days = try dateArithmetic(operation, sides.0, sides.1, range) { return days }
        return try arithmetic(operation, sides.0, sides.1, range)
    }

    // MARK: Times

    private func intervalSum(
        _ operation: BinaryOperator, _ left: SyntaxNode, _ right: SyntaxNode, _ range: Range<Int>
    ) throws(ExpressionError) -> Operand? {
        var time: SyntaxNode
        let interval: Interval
        switch (left.kind, right.kind) {
        case (_, .interval(let span)) where operation == .add || operation == .subtract:
            time = left
            interval = operation == .add ? span : span.negated
        case (.interval(let span), _) where operation == .add:
            time = right
            interval = span
        case (.interval, _): throw Self.misplacedInterval(left.range)
        case (_, .interval): throw Self.misplacedInterval(right.range)
        default: return nil
        }
        if case .interval = time.kind { throw Self.misplacedInterval(time.range) }
        let operand = try bind(time)
        switch operand.type {
        case .date, .timestamp: return Operand(TimeKernels.shifted(operand.node, by: interval), range)
        case .null: return Operand(ConstantNode.null(.timestamp(zoned: false)), range)
        default:
            throw ExpressionError(
                .typeError, "an interval is added to a date or timestamp, not to \(operand.type)", operand.range,
                remedy: operand.type == .string ? "write DATE '2024-01-31', or CAST(… AS timestamp)" : nil)
        }
    }

    /// Date minus date, and date plus or minus whole days.
    private func dateArithmetic(
        _ operation: BinaryOperator, _ left: Operand, _ right: Operand, _ range: Range<Int>
    ) throws(ExpressionError) -> Operand? {
        guard left.type.isTemporal || right.type.isTemporal else { return nil }
        if operation == .subtract, left.type.isTemporal || right.type.isTemporal {
            let sides: (Operand, Operand)? =
                if let a = left.coerced(to: .date), let b = right.coerced(to: .date) { (a, b) } else { nil }
            if let (a, b) = sides { return Operand(TimeKernels.daysBetween(a.node, b.node), range) }
        }
        if left.type == .date, operation == .add || operation == .subtract, let days = right.coerced(to: .int64) {
            return Operand(TimeKernels.addingDays(left.node, days.node, negated: operation == .subtract), range)
        }
        if right.type == .date, operation == .add, let days = left.coerced(to: .int64) {
            return Operand(TimeKernels.addingDays(right.node, days.node, negated: false), range)
        }
        let remedy =
            operation == .subtract && left.type.isTemporal && right.type.isTemporal
            ? "say in which unit: date_diff('second', earlier, later)" : "add an interval, for example + INTERVAL '1 hour'"
        throw ExpressionError(.typeError, "\(operation.rawValue) is not defined for \(left.type) and \(right.type)", range, remedy: remedy)
    }

    // MARK: Numbers

    func negation(of operand: Operand, _ range: Range<Int>) throws(ExpressionError) -> Operand {
        let zero = Operand(ConstantNode(value: .integers([0])), range, literal: .number("0"))
        if operand.isNull { return Operand(ConstantNode.null(.int64), range) }
        if operand.type.isDecimal { return Operand(DecimalKernels.negated(operand.node), range) }
        if operand.type.isFloat, let wide = operand.coerced(to: .float64) {
            return Operand(ArithmeticKernels.negated(wide.node), range)
        }
        return try arithmetic(.subtract, zero, operand, range)
    }

    func arithmetic(_ operation: BinaryOperator, _ left: Operand, _ right: Operand, _ range: Range<Int>) throws(ExpressionError) -> Operand
    {
        for side in [left, right] where !side.type.isNumeric && !side.isNull {
            let remedy: String? =
                switch side.type {
                case .string where operation == .add: "convert the text with CAST(… AS int64) or AS decimal(12,2); || joins texts"
                case .string: "convert the text with CAST(… AS int64) or AS decimal(12,2)"
                case .boolean: "convert it with CAST(… AS int64)"
                case .choice: ChoiceCasts.remedy
                default: nil
                }
            throw ExpressionError(.typeError, "\(operation.rawValue) needs numbers, but this is \(side.type)", side.range, remedy: remedy)
        }
        if left.isNull && right.isNull { return Operand(ConstantNode.null(operation == .divide ? .float64 : .int64), range) }
        if left.type.isDecimal || right.type.isDecimal, let exact = try decimalArithmetic(operation, left, right, range) { return exact }
        let isFloat = left.type.isFloat || right.type.isFloat || left.type.isDecimal || right.type.isDecimal || operation == .divide
        let type: DataType = isFloat ? .float64 : .int64
        guard let a = left.coerced(to: type), let b = right.coerced(to: type) else {
            throw ExpressionError(.typeError, "\(operation.rawValue) is not defined for \(left.type) and \(right.type)", range)
        }
        return Operand(
            isFloat ? ArithmeticKernels.float(operation, a.node, b.node) : ArithmeticKernels.integer(operation, a.node, b.node), range)
    }

    /// Nil where the operation goes over float64: a division, or a float on the other side.
    private func decimalArithmetic(
        _ operation: BinaryOperator, _ left: Operand, _ right: Operand, _ range: Range<Int>
    ) throws(ExpressionError) -> Operand? {
        guard operation != .divide, let a = exact(left), let b = exact(right) else { return nil }
        let result: DataType
        let (p1, s1, p2, s2) = (a.precision, a.scale, b.precision, b.scale)
        let highest = DataType.maximumDecimalPrecision
        switch operation {
        case .multiply:
            guard s1 + s2 <= highest else {
                throw ExpressionError(
                    .typeError, "the product would have \(s1 + s2) places, more than \(highest)", range,
                    remedy: "reduce the places of a factor with CAST(round(…, 6) AS decimal(38,6))")
            }
            result = .decimal(precision: min(p1 + p2, highest), scale: s1 + s2)
        case .integerDivide: result = .decimal(precision: highest, scale: 0)
        default:
            let extra = operation == .modulo ? 0 : 1
            result = .decimal(precision: min(max(p1 - s1, p2 - s2) + max(s1, s2) + extra, highest), scale: max(s1, s2))
        }
        return Operand(DecimalKernels.arithmetic(operation, a.operand.node, b.operand.node, result), range)
    }

    /// The operand as a decimal: integers get scale 0, number literals their own places.
    private func exact(_ operand: Operand) -> (operand: Operand, precision: Int, scale: Int)? {
        if operand.isNull { return (Operand(ConstantNode.null(.decimal(precision: 1, scale: 0)), operand.range), 1, 0) }
        let type = operand.literal?.exactType ?? operand.type
        guard let own = type.asDecimal, let decimal = operand.coerced(to: .decimal(precision: own.precision, scale: own.scale)) else {
            return nil
        }
        return (decimal, own.precision, own.scale)
    }
}
