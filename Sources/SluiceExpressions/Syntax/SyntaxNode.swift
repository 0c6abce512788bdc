package import SluiceCore

/// A node of the syntax tree, with the part of the text that it was read from.
package struct SyntaxNode: Sendable {
    /// What the node is, with the nodes below it.
    package indirect enum Kind: Sendable {
        case literal(Literal)
        case interval(Interval)
        case column(String, isQuoted: Bool)
        case member(SyntaxNode, name: String)
        case element(SyntaxNode, index: SyntaxNode)
        case list([SyntaxNode])
        case negate(SyntaxNode)
        case not(SyntaxNode)
        /// Two or more operands.
        case and([SyntaxNode])
        /// Two or more operands.
        case or([SyntaxNode])
        case binary(BinaryOperator, SyntaxNode, SyntaxNode)
        case isNull(SyntaxNode, negated: Bool)
        case isTruth(SyntaxNode, Bool, negated: Bool)
        /// `IS [NOT] DISTINCT FROM`; negated means "not distinct".
        case isDistinct(SyntaxNode, SyntaxNode, negated: Bool)
        case isIn(SyntaxNode, [SyntaxNode], negated: Bool)
        case between(SyntaxNode, lower: SyntaxNode, upper: SyntaxNode, negated: Bool)
        case like(SyntaxNode, pattern: SyntaxNode, escape: SyntaxNode?, ignoresCase: Bool, negated: Bool)
        /// With an operand, conditions are values that it is compared with.
        case cases(operand: SyntaxNode?, [Branch], otherwise: SyntaxNode?)
        case cast(SyntaxNode, DataType, isTry: Bool)
        case call(String, nameRange: Range<Int>, [SyntaxNode])
        case lambda(parameters: [String], body: SyntaxNode)
    }

    /// `WHEN condition THEN result`.
    package struct Branch: Sendable {
        package var condition: SyntaxNode
        package var result: SyntaxNode
    }

    package let kind: Kind
    /// Offsets in Unicode scalars.
    package let range: Range<Int>
    /// 1 for a leaf.
    let height: Int

    init(_ kind: Kind, _ range: Range<Int>) {
        self.kind = kind
        self.range = range
        height = 1 + (kind.children.lazy.map(\.height).max() ?? 0)
    }
}

extension SyntaxNode.Kind {
    /// The nodes directly below, in the text's order.
    package var children: [SyntaxNode] {
        switch self {
        case .literal, .interval, .column: []
        case .member(let node, _), .negate(let node), .not(let node), .isNull(let node, _), .isTruth(let node, _, _), .cast(let node, _, _):
            [node]
        case .element(let node, let index): [node, index]
        case .list(let nodes), .and(let nodes), .or(let nodes), .call(_, _, let nodes): nodes
        case .binary(_, let left, let right), .isDistinct(let left, let right, _): [left, right]
        case .isIn(let node, let list, _): [node] + list
        case .between(let node, let lower, let upper, _): [node, lower, upper]
        case .like(let node, let pattern, let escape, _, _): [node, pattern] + (escape.map { [$0] } ?? [])
        case .cases(let operand, let branches, let otherwise):
            (operand.map { [$0] } ?? []) + branches.flatMap { [$0.condition, $0.result] } + (otherwise.map { [$0] } ?? [])
        case .lambda(_, let body): [body]
        }
    }
}

/// Operators with two operands that take both whatever the first one is.
package enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case integerDivide = "//"
    case modulo = "%"
    case concatenate = "||"
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}
