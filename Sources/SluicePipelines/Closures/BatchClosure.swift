package import SluiceCore

/// A step written in Swift, as the engine sees it: batch in, batch out.
package struct BatchClosure: Sendable {
    /// Result of one call: the new rows, and errors by row of the input.
    package struct Output: Sendable {
        package var batch: Batch
        package var errors: RowErrors

        package init(batch: Batch, errors: RowErrors = RowErrors()) {
            self.batch = batch
            self.errors = errors
        }
    }

    package var name: String
    /// The schema that the closure makes of an input schema.
    ///
    /// Throws when the input lacks a column that the closure's row type needs.
    package var outputSchema: @Sendable (Schema) throws -> Schema
    /// Columns that it reads; nil: all of them.
    package var columns: [String]?
    package var run: @Sendable (Batch) throws -> Output

    package init(
        name: String, columns: [String]?, outputSchema: @escaping @Sendable (Schema) throws -> Schema,
        run: @escaping @Sendable (Batch) throws -> Output
    ) {
        self.name = name
        self.columns = columns
        self.outputSchema = outputSchema
        self.run = run
    }
}
