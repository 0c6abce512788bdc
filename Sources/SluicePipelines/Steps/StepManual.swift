/// What `validate`, `sluice schema pipeline` and the docs know about a step.
package struct StepManual: Sendable {
    /// The step's key in a definition.
    package var key: String
    /// One sentence.
    package var summary: String
    /// What may stand behind the key.
    package var arguments: ValueShape
    /// Further sentences for the reference.
    package var notes: [String]
    /// List items of `steps`, as YAML.
    package var examples: [String]

    package init(key: String, summary: String, arguments: ValueShape, notes: [String] = [], examples: [String]) {
        self.key = key
        self.summary = summary
        self.arguments = arguments
        self.notes = notes
        self.examples = examples
    }
}
