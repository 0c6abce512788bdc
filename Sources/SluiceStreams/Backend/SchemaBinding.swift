/// The schema that a stream's records must have, and what becomes of those that have another.
package struct SchemaBinding: Hashable, Sendable {
    /// What is done with a record that does not fit.
    package enum Enforcement: String, Hashable, Sendable, CaseIterable {
        /// It is not stored, and whoever puts it is told why.
        case reject
        /// It is stored in the stream of dead letters beside this one.
        case deadLetter = "dead_letter"
        /// Nothing: the schema is a note.
        case off
    }

    /// Of the registry: `orders`, `sales/orders`.
    package var schema: String
    package var enforcement: Enforcement

    package init(_ schema: String, _ enforcement: Enforcement = .reject) {
        self.schema = schema
        self.enforcement = enforcement
    }
}
