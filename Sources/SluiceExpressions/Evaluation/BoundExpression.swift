package import SluiceCore

/// An expression whose columns are positions of one schema and whose types are checked.
package struct BoundExpression: Sendable {
    let node: any BoundNode
    package let type: DataType
    /// False where no row can be null, as far as types tell. Failed rows do not count.
    package let isNullable: Bool
    /// Positions in the schema that are read, ascending.
    package let columns: [Int]
    /// As it was written; nil where it never was.
    package let text: String?
    private let soleName: String?

    init(_ node: any BoundNode, _ schema: Schema, text: String?) {
        self.node = node
        self.text = text
        type = node.type
        isNullable = node.isNullable || node.type == .null
        var used: Set<Int> = []
        Self.collect(node, &used)
        columns = used.sorted()
        soleName = columns.count == 1 ? schema.fields[columns[0]].name : nil
    }

    private static func collect(_ node: any BoundNode, _ used: inout Set<Int>) {
        if let column = node as? ColumnNode { used.insert(column.index) }
        for child in node.children { collect(child, &used) }
    }

    /// The values for all rows of a batch of the bound schema.
    ///
    /// A failed row is null in the column and has an error, and a text column may be a dictionary; the error names the expression, and the column where it reads only one.
    package func evaluate(_ batch: Batch) -> Evaluated {
        let result = evaluateEncoded(Frame(batch))
        return Evaluated(column: result.spread(batch.rowCount), errors: named(result.errors, column: soleName))
    }

    /// As the node does, but a dictionary stays one where it leaves as it came, or as a text made of its values.
    private func evaluateEncoded(_ frame: Frame) -> Vector {
        switch node {
        case let column as ColumnNode: Vector(column: frame.column(column.index))
        case let dictionary as DictionaryNode: dictionary.evaluateEncoded(frame)
        default: node.evaluate(frame)
        }
    }

    /// The value, if it is the same for every row.
    package var constantValue: Value? { node.constant.map { $0[0] } }

    /// The errors with the text of the expression in which they arose.
    func named(_ errors: RowErrors, column: String?) -> RowErrors {
        guard !errors.isEmpty else { return errors }
        let place = text.map { ", in " + ($0.count > ExpressionLimits.shownText ? $0.prefix(ExpressionLimits.shownText) + "…" : $0) } ?? ""
        var result = RowErrors()
        for (row, error) in errors.byRow {
            var copy = error
            copy.message += place
            copy.column = error.column ?? column
            result.add(copy, row: row)
        }
        return result
    }
}

/// The values of an expression for the rows of a batch, and the rows that failed (null in the column).
package struct Evaluated: Sendable {
    package var column: Column
    package var errors: RowErrors

    package init(column: Column, errors: RowErrors = RowErrors()) {
        self.column = column
        self.errors = errors
    }

    /// Rows that are true, for a boolean column: null and failed rows are none.
    package var selection: Bitmap {
        if column.type == .null { return Bitmap(repeating: false, count: column.count) }
        return column.validity.map { column.bits & $0 } ?? column.bits
    }
}
