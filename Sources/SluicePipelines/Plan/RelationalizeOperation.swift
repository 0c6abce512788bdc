package import SluiceCore
package import SluiceExpressions

/// Nested rows as rows of related tables: structs become columns, the elements of lists rows of tables of their own.
package struct RelationalizeOperation: Sendable {
    /// One table of the result.
    package struct Table: Sendable {
        /// The side output that its rows go to; empty for the first, whose rows go on.
        package var output: String
        /// The list whose elements are its rows, as `items.tags`; empty for the first.
        package var path: String
        /// What `columns` are computed of: the step's input, or one column of elements, or two of a map's keys and values.
        package var source: Schema
        package var columns: [Column]
        /// Of its rows.
        package var schema: Schema

        package init(output: String, path: String, source: Schema, columns: [Column] = [], schema: Schema) {
            self.output = output
            self.path = path
            self.source = source
            self.columns = columns
            self.schema = schema
        }

        /// Whether its rows are numbered, as rows of other tables refer to them.
        package var isNumbered: Bool { columns.contains { if case .list = $0 { true } else { false } } }
    }

    /// What a column of a table is made of.
    package enum Column: Sendable {
        /// The number of the row that the list was in.
        case id
        /// The place in the list, from 0.
        case index
        case value(BoundExpression)
        /// The number of this row, which the list's elements have as their `id`; null for a list that is null.
        case list(BoundExpression, table: Int)

        /// What it is computed of; nil for what the step makes itself.
        package var expression: BoundExpression? {
            switch self {
            case .id, .index: nil
            case .value(let expression), .list(let expression, _): expression
            }
        }
    }

    /// Each behind the one that holds its lists. The first has the rows that go on.
    package var tables: [Table]

    package init(tables: [Table]) { self.tables = tables }

    /// Whether rows get numbers: one after another, from 1, in the order of the input.
    package var numbersRows: Bool { tables.count > 1 }
}

extension LogicalOperation {
    /// Whether the operation numbers rows, so that it matters which were before.
    package var numbersRows: Bool { if case .relationalize(let operation) = self { operation.numbersRows } else { false } }

    /// Tables of the operation that are rows of side outputs, with their columns.
    package var sideTables: [RelationalizeOperation.Table] {
        if case .relationalize(let operation) = self { Array(operation.tables.dropFirst()) } else { [] }
    }

    /// Whether the operation gives rows to a side output.
    package func putsAside(_ output: String) -> Bool { sideOutput == output || sideTables.contains { $0.output == output } }
}

extension LogicalPlan {
    /// - Throws: `invalidOption`, placed, for numbers that would begin anew beside those of earlier runs.
    func checkNumbering() throws(SluiceError) {
        guard !definition.isIncremental, let step = allSteps.first(where: \.operation.numbersRows),
            let output = outputs.first(where: { $0.sink.keepsEarlierOutput })
        else { return }
        throw SluiceError(
            .invalidOption,
            "step \"\(step.name)\" numbers rows from 1 in each run over the whole input, beside the rows of earlier runs in "
                + output.label.quotedForMessage,
            at: step.location,
            remedy: "add `incremental: true`, which goes on counting, or let all sinks replace their rows (`mode: overwrite`)")
    }
}
