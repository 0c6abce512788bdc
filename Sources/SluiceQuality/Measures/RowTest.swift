import SluiceCore
import SluiceExpressions

/// What says of each row whether it keeps a rule.
struct RowTest: Sendable {
    indirect enum Kind: Sendable {
        case always(Bool)
        /// True keeps it; false, null and what cannot be computed do not.
        case expression(BoundExpression)
        /// Whether another dataset has the row's key.
        case member(KeyColumns, dataset: String, measure: Int)
        case all([RowTest])
        case any([RowTest])
    }

    var kind: Kind
    /// The number of a filter of the plan: rows that do not fulfil it keep the rule.
    var filter: Int?

    /// Positions of the columns that are read, for examples.
    var columns: [Int] {
        switch kind {
        case .always: []
        case .expression(let expression): expression.columns
        case .member(let columns, _, _): columns.expressions.flatMap(\.columns)
        case .all(let tests), .any(let tests): tests.flatMap(\.columns)
        }
    }
}

/// Expressions whose values together are a key.
struct KeyColumns: Sendable {
    var expressions: [BoundExpression]
    /// How many of them, from the first, must not be null.
    var required: Int
}

/// What a test says of the rows of a batch.
struct RowVerdict {
    var kept: Bitmap
    /// The rows that the rule is about; nil for all.
    var considered: Bitmap?

    /// Rows that are considered and do not keep the rule.
    var failed: Bitmap { considered.map { ~kept & $0 } ?? ~kept }
}
