/// Bounds of rule sets and of what their evaluation keeps.
package enum QualityLimits {
    /// Unicode scalars of one rule set's text.
    package static let textScalars = 131_072
    /// Rules and analyzers of one rule set (AWS Glue allows 2,000).
    package static let rules = 2_000
    /// Parentheses inside one another.
    package static let nesting = 32
    /// Earlier results that a dynamic rule may look back at.
    package static let history = 1_000
    /// Different keys that one measure remembers; a rule over more cannot be evaluated.
    package static let keys = 16 << 20
    /// Rows that a rule's outcome shows as examples.
    package static let examples = 3
    /// Characters of one example.
    package static let exampleCharacters = 200
}
