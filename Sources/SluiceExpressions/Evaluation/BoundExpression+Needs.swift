package import SluiceCore

/// What a node takes out of its first argument's nested value.
enum TakenPart {
    case member(Int)
    /// Of a list, by position.
    case element
}

extension BoundExpression {
    /// Which parts of the columns the expression reads, by position in the schema.
    package var needs: [Int: NestedNeed] {
        var found: [Int: NestedNeed] = [:]
        Self.collect(node, .whole, &found)
        return found
    }

    private static func collect(_ node: any BoundNode, _ need: NestedNeed, _ found: inout [Int: NestedNeed]) {
        if let column = node as? ColumnNode {
            found[column.index, default: need].merge(need)
            return
        }
        var rest = node.children[...]
        if let part = (node as? KernelNode)?.part, let taken = rest.popFirst() {
            switch part {
            case .member(let index): collect(taken, .members([index: need]), &found)
            case .element: collect(taken, .elements(need), &found)
            }
        }
        for child in rest { collect(child, .whole, &found) }
    }
}
