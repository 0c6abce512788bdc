package import SluiceCore

extension Expression {
    /// What holds for every row for which this condition is true or fails, as comparisons of columns with constants.
    ///
    /// AND asks its operands from left to right and leaves a row alone once one of them is false, so the operands up to the first that can
    /// fail count. A comparison with a null is neither true nor false: behind it, others are still asked and may fail; where one can, a
    /// comparison counts only for columns without nulls.
    ///
    /// - Parameter schema: the condition binds to it.
    package func columnBounds(in schema: Schema) -> [ColumnBound] {
        let conjuncts = if case .and(let operands) = root.kind { operands } else { [root] }
        let analysis = BoundAnalysis(schema: schema)
        guard let lastFailing = conjuncts.lastIndex(where: { !analysis.isSafe($0) }) else {
            return conjuncts.flatMap { analysis.bounds(of: $0) }
        }
        var bounds: [ColumnBound] = []
        var withoutNulls = Set(schema.fields.filter { !$0.isNullable }.map { ExactText($0.name) })
        for (index, conjunct) in conjuncts.enumerated() {
            guard analysis.isSafe(conjunct) else { break }
            for bound in analysis.bounds(of: conjunct) {
                switch bound.relation {
                case .isNull, .isNotNull:
                    bounds.append(bound)
                    if bound.relation == .isNotNull { withoutNulls.insert(ExactText(bound.column)) }
                default:
                    if index > lastFailing || withoutNulls.contains(ExactText(bound.column)) { bounds.append(bound) }
                }
            }
        }
        return bounds
    }
}

/// Recognises comparisons of a column with constants of its own type, and conditions that cannot fail.
private struct BoundAnalysis {
    let schema: Schema

    /// Whether no row can fail: made of comparisons of columns with constants, or with columns of the same type.
    func isSafe(_ node: SyntaxNode) -> Bool {
        switch node.kind {
        case .and(let operands), .or(let operands): operands.allSatisfy(isSafe)
        case .not(let inner): isSafe(inner)
        case .isNull(let inner, _): isColumn(inner)
        case .isIn(let inner, let list, _): field(inner).map { field in list.allSatisfy { constant($0, as: field.type) != nil } } ?? false
        case .between(let inner, let lower, let upper, _):
            field(inner).map { constant(lower, as: $0.type) != nil && constant(upper, as: $0.type) != nil } ?? false
        case .binary(let operation, let left, let right):
            switch operation {
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: isComparable(left, right)
            default: false
            }
        case .like(let inner, let pattern, let escape, _, _):
            field(inner)?.type == .string && constant(pattern, as: .string) != nil && escape == nil
        case .column: field(node)?.type == .boolean
        default: false
        }
    }

    private func isComparable(_ left: SyntaxNode, _ right: SyntaxNode) -> Bool {
        switch (field(left), field(right)) {
        case (let left?, let right?): left.type == right.type
        case (let left?, nil): constant(right, as: left.type) != nil
        case (nil, let right?): constant(left, as: right.type) != nil
        case (nil, nil): false
        }
    }

    func bounds(of node: SyntaxNode) -> [ColumnBound] {
        switch node.kind {
        case .and(let operands): return operands.flatMap(bounds)
        case .isNull(let inner, let negated): return field(inner).map { [ColumnBound($0.name, negated ? .isNotNull : .isNull)] } ?? []
        case .isIn(let inner, let list, false):
            guard let field = field(inner) else { return [] }
            let constants = list.compactMap { constant($0, as: field.type) }
            // Nothing is equal to a null.
            let values = constants.filter { !$0.isNull }
            return constants.count < list.count || values.isEmpty ? [] : [ColumnBound(field.name, .isIn(values))]
        case .between(let inner, let lower, let upper, false):
            return comparison(.greaterOrEqual, inner, lower) + comparison(.lessOrEqual, inner, upper)
        case .binary(let operation, let left, let right):
            return isColumn(left) ? comparison(operation, left, right) : comparison(operation.flipped, right, left)
        case .like(let inner, let pattern, nil, false, false):
            guard let field = field(inner), field.type == .string, case .string(let text)? = constant(pattern, as: .string) else {
                return []
            }
            return LikePrefix.bounds(field.name, text)
        case .or(let operands): return ColumnBound.alternatives(operands.map(bounds))
        default: return []
        }
    }

    private func comparison(_ operation: BinaryOperator, _ column: SyntaxNode, _ value: SyntaxNode) -> [ColumnBound] {
        guard let field = field(column), let value = constant(value, as: field.type), !value.isNull else { return [] }
        // NaN is the greatest number, and statistics leave it out: a bound from below would lose it.
        if field.type.isFloat, operation == .greater || operation == .greaterOrEqual { return [] }
        if case .float(let number) = value, number.isNaN { return [] }
        switch operation {
        case .equal: return [ColumnBound(field.name, .isIn([value]))]
        case .less: return [ColumnBound(field.name, .less(value))]
        case .lessOrEqual: return [ColumnBound(field.name, .lessOrEqual(value))]
        case .greater: return [ColumnBound(field.name, .greater(value))]
        case .greaterOrEqual: return [ColumnBound(field.name, .greaterOrEqual(value))]
        default: return []
        }
    }

    private func isColumn(_ node: SyntaxNode) -> Bool { field(node) != nil }

    private func field(_ node: SyntaxNode) -> Field? {
        guard case .column(let name, _) = node.kind else { return nil }
        return schema[name]
    }

    /// The value of a constant in a column's type, where it has one there without loss.
    private func constant(_ node: SyntaxNode, as type: DataType) -> Value? {
        guard let operand = try? Binder(.empty).bind(node), operand.node.constant != nil else { return nil }
        return operand.coerced(to: type)?.node.constant?[0]
    }
}

extension BinaryOperator {
    /// The operator with its operands exchanged.
    fileprivate var flipped: BinaryOperator {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        default: self
        }
    }
}
