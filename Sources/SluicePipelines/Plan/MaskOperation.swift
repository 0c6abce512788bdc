package import SluiceExpressions

/// How the values of a column are hidden.
package enum ColumnMask: Hashable, Sendable {
    /// SHA-256 of the salt's UTF-8 bytes and the text's behind them, as 64 hexadecimal digits.
    case hash(salt: String)
    /// One text for all values; nil: null.
    case redact(String?)
    /// Only the first and last characters stay, the others become `cover` each; all of a text that is no longer than both together.
    case partial(first: Int, last: Int, cover: String)
}

/// Columns whose values are hidden in place; nulls stay null, all other columns are passed on.
package struct MaskOperation: Sendable {
    /// One column, and how it is hidden.
    package struct MaskedColumn: Sendable {
        /// Position in the input and the output.
        package var position: Int
        /// The column as text.
        package var text: BoundExpression
        package var mask: ColumnMask

        package init(position: Int, text: BoundExpression, mask: ColumnMask) {
            self.position = position
            self.text = text
            self.mask = mask
        }
    }

    package var columns: [MaskedColumn]

    package init(columns: [MaskedColumn]) { self.columns = columns }
}
