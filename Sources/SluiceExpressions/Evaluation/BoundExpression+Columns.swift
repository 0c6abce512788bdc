package import SluiceCore

extension BoundExpression {
    /// The values for rows of columns given directly: those at `columns` are read, at the other positions anything may stand.
    package func evaluate(_ columns: [Column], rowCount: Int) -> Evaluated {
        let result = node.evaluate(Frame(columns: columns, rowCount: rowCount))
        return Evaluated(column: result.spread(rowCount), errors: named(result.errors, column: nil))
    }
}
