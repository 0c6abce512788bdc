import SluiceCore

/// Bounds of the expression language; each is checked before memory or stack is spent.
package enum ExpressionLimits {
    /// Unicode scalars of one expression's text.
    package static let textScalars = 65_536
    /// Parentheses, calls, lists and CASEs inside one another.
    package static let nesting = CoreLimits.nestingDepth
    /// Height of the syntax tree, which a chain such as `a || b || c` grows without nesting. Chains of AND and of OR do not count.
    package static let treeHeight = 512
    /// Bytes of one text that a function makes.
    package static let textBytes = CoreLimits.recordBytes
    /// Bytes of all texts of a column that one function call makes for one batch.
    package static let columnBytes = 512 << 20
    /// Characters of an expression that a message about it shows.
    package static let shownText = 120
    /// Elements that one lambda is evaluated for in one batch.
    package static let lambdaElements = 8 << 20
}
