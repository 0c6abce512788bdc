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
    /// Bytes of texts that all functions of one expression make for one batch, beyond those of the texts that they are given.
    package static let batchTextBytes = 128 << 20
    /// Bytes of a text that is the same for all rows and copied to each of them; a longer one counts in `batchTextBytes`.
    package static let constantBytes = batchTextBytes / CoreLimits.batchRows
    /// Bytes of a list, struct or map that is the same for all rows.
    package static let nestedConstantBytes = 4 * constantBytes
    /// Characters of an expression that a message about it shows.
    package static let shownText = 120
    /// Elements that one lambda is evaluated for in one batch.
    package static let lambdaElements = 8 << 20
}
