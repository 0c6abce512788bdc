import SluiceCore

/// Nodes that give booleans: comparisons and tests.
enum LogicNodes {
    /// A comparison of two nodes of one type.
    static func comparison(_ operation: BinaryOperator, _ a: any BoundNode, _ b: any BoundNode) -> any BoundNode {
        if a.type == .null { return ConstantNode.null(.boolean) }
        return KernelNode(.boolean, [a, b]) { input, _ in
            .booleans(ComparisonKernel.bits(operation, input[0], input[1], count: input.rowCount))
        }
    }

    static func not(_ node: any BoundNode) -> any BoundNode {
        KernelNode(.boolean, [node]) { input, _ in .booleans(~input[0].spread(input.rowCount).bits) }
    }

    static func isNull(_ node: any BoundNode, negated: Bool) -> any BoundNode {
        KernelNode(.boolean, [node], propagatesNull: false) { input, _ in
            let valid = input[0].validity(input.rowCount) ?? Bitmap(repeating: true, count: input.rowCount)
            return .booleans(negated ? valid : ~valid)
        }
    }

    static func isTruth(_ node: any BoundNode, _ truth: Bool, negated: Bool) -> any BoundNode {
        KernelNode(.boolean, [node], propagatesNull: false) { input, _ in
            let rows = truth ? input[0].trueRows(input.rowCount) : input[0].falseRows(input.rowCount)
            return .booleans(negated ? ~rows : rows)
        }
    }

    /// Null counts as a value that equals itself only.
    static func isDistinct(_ a: any BoundNode, _ b: any BoundNode, negated: Bool) -> any BoundNode {
        KernelNode(.boolean, [a, b], propagatesNull: false) { input, _ in
            let same = sameRows(input[0], input[1], input.rowCount)
            return .booleans(negated ? same : ~same)
        }
    }

    /// Rows in which both are null or both are the same value.
    static func sameRows(_ a: Vector, _ b: Vector, _ count: Int) -> Bitmap {
        let all = Bitmap(repeating: true, count: count)
        if a.column.type == .null { return all }
        let (left, right) = (a.validity(count) ?? all, b.validity(count) ?? all)
        return (ComparisonKernel.bits(.equal, a, b, count: count) & left & right) | (~left & ~right)
    }
}
