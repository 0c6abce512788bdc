package import SluiceCore
package import SluiceExpressions

/// Rules that rows have to keep.
package struct AssertOperation: Sendable {
    /// One condition, with its name.
    package struct Rule: Sendable {
        package var name: String
        /// The condition as it was written.
        package var text: String
        /// A row keeps the rule where this is true.
        package var condition: BoundExpression
        package var failure: Failure

        package init(name: String, text: String, condition: BoundExpression, failure: Failure) {
            self.name = name
            self.text = text
            self.condition = condition
            self.failure = failure
        }
    }

    /// What becomes of a row that does not keep a rule.
    package enum Failure: Hashable, Sendable {
        /// It is only counted.
        case warn
        /// Nil: what the definition's `on_error` says.
        case reject(RowError.Handling?)
    }

    package var rules: [Rule]

    package init(rules: [Rule]) { self.rules = rules }

    /// A row in which one of the columns is null is a bad record.
    ///
    /// - Throws: `unknownColumn`.
    init(presenceOf columns: [String], in schema: Schema) throws {
        rules = try columns.map { column in
            let text = "\(QuotedName.of(column)) IS NOT NULL"
            return Rule(
                name: "\(column) is there", text: text, condition: try Expression(parsing: text).bindPredicate(to: schema),
                failure: .reject(nil))
        }
    }
}
