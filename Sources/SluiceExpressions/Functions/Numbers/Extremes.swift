import SluiceCore

/// What `greatest` and `least` share: taking the first argument, then any that beats it.
private enum Extremes {
    static func node(_ call: Call, _ beats: BinaryOperator) throws(ExpressionError) -> any BoundNode {
        let (type, nodes) = try call.comparable()
        if type == .null { return ConstantNode.null(.null) }
        return KernelNode(type, nodes, propagatesNull: false, makesNull: nodes.allSatisfy { $0.isNullable }) { input, _ in
            let count = input.rowCount
            let all = Bitmap(repeating: true, count: count)
            var best = input[0]
            for challenger in input.arguments.dropFirst() {
                let (held, present) = (best.validity(count) ?? all, challenger.validity(count) ?? all)
                let better = ComparisonKernel.bits(beats, challenger, best, count: count)
                let taken = present & (~held | better)
                var chooser = Chooser(type, rowCount: count)
                chooser.choose(best, for: ~taken)
                chooser.choose(challenger, for: taken)
                best = Vector(column: chooser.finish())
            }
            return best.spread(count)
        }
    }
}

enum Greatest: ScalarFunction {
    static let manual = Manual(
        "greatest", .numbers, "greatest(value, …)", arguments: 1...(.max),
        "The greatest argument that is not null: of numbers, texts, dates or any values of one type.",
        [Example("greatest(3, 7, NULL)", yields: "7"), Example("greatest('a', 'b')", yields: "'b'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try Extremes.node(call, .greater) }
}

enum Least: ScalarFunction {
    static let manual = Manual(
        "least", .numbers, "least(value, …)", arguments: 1...(.max),
        "The smallest argument that is not null: of numbers, texts, dates or any values of one type.",
        [Example("least(3, 7, NULL)", yields: "3"), Example("least(DATE '2013-01-02', DATE '2013-01-01')", yields: "DATE '2013-01-01'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { try Extremes.node(call, .less) }
}
