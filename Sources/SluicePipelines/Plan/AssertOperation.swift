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
}
