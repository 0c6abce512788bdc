package import SluiceCore
package import SluiceExpressions

/// A filter as a condition that readers can apply: its columns are found by name in whatever batch the reader has.
package struct FilterCondition: RowCondition {
    private let predicate: BoundExpression
    /// Names of the source's columns at the positions that the predicate reads.
    private let names: [Int: String]
    private let width: Int
    package let bounds: [ColumnBound]

    /// - Parameter schema: what `predicate` is bound to; its names are the source's.
    package init(_ expression: Expression, predicate: BoundExpression, schema: Schema) {
        self.predicate = predicate
        names = Dictionary(uniqueKeysWithValues: predicate.columns.map { ($0, schema.fields[$0].name) })
        width = schema.count
        bounds = expression.columnBounds(in: schema)
    }

    package var columns: [String] { predicate.columns.compactMap { names[$0] } }

    package func kept(of batch: Batch) -> Bitmap {
        var columns = [Column](repeating: .nulls(.null, count: batch.rowCount), count: width)
        for (position, name) in names {
            guard let column = batch[name] else { preconditionFailure("the batch lacks the condition's column \"\(name)\"") }
            columns[position] = column
        }
        let result = predicate.evaluate(columns, rowCount: batch.rowCount)
        var kept = result.selection
        for row in result.errors.byRow.keys { kept[row] = true }
        return kept
    }
}
