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

    /// `nodes[0] BETWEEN nodes[1] AND nodes[2]`: false as soon as one bound excludes the value, also where the other is null.
    static func between(_ nodes: [any BoundNode], negated: Bool) -> any BoundNode {
        KernelNode(.boolean, nodes, propagatesNull: false, makesNull: nodes.contains { $0.isNullable }) { input, _ in
            let count = input.rowCount
            if input[0].column.type == .null { return .nulls(.boolean, count: count) }
            let tested = input[0].validity(count)
            let lowKnown = intersection(tested, input[1].validity(count)) ?? Bitmap(repeating: true, count: count)
            let highKnown = intersection(tested, input[2].validity(count)) ?? Bitmap(repeating: true, count: count)
            let below = ComparisonKernel.bits(.less, input[0], input[1], count: count) & lowKnown
            let above = ComparisonKernel.bits(.greater, input[0], input[2], count: count) & highKnown
            let outside = below | above
            return .booleans(negated ? outside : ~outside, validity: outside | (lowKnown & highKnown))
        }
    }

    /// `tested IN (choices)`: unknown where none is equal but a null is among them.
    static func isAny(_ tested: any BoundNode, of choices: [any BoundNode]) -> any BoundNode {
        let nodes = [tested] + choices
        return KernelNode(.boolean, nodes, propagatesNull: false, makesNull: nodes.contains { $0.isNullable }) { input, _ in
            let count = input.rowCount
            var found = Bitmap(repeating: false, count: count)
            var known = input[0].validity(count) ?? Bitmap(repeating: true, count: count)
            for choice in input.arguments.dropFirst() {
                found = found | equalRows(input[0], choice, count)
                if let valid = choice.validity(count) { known = known & valid }
            }
            return .booleans(found, validity: found | known)
        }
    }

    /// Rows in which both are the same value and not null.
    static func equalRows(_ a: Vector, _ b: Vector, _ count: Int) -> Bitmap {
        if a.column.type == .null { return Bitmap(repeating: false, count: count) }
        let equal = ComparisonKernel.bits(.equal, a, b, count: count)
        return intersection(a.validity(count), b.validity(count)).map { equal & $0 } ?? equal
    }

    /// Rows in which both are null or both are the same value.
    static func sameRows(_ a: Vector, _ b: Vector, _ count: Int) -> Bitmap {
        let all = Bitmap(repeating: true, count: count)
        if a.column.type == .null { return all }
        let (left, right) = (a.validity(count) ?? all, b.validity(count) ?? all)
        return (ComparisonKernel.bits(.equal, a, b, count: count) & left & right) | (~left & ~right)
    }
}
