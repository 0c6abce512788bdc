import SluiceCore

/// What happens to a column of the data that the definition does not declare.
package enum NewColumns: String, CaseIterable, Sendable {
    /// It becomes a column of the source, with an inferred type.
    case add
    /// It is left out, and a notice names it.
    case ignore
    /// It is an error.
    case fail

    /// What to do about a column that may not be there.
    static func remedy(for name: String, declared: [String]) -> String {
        (Suggestion.nearest(to: name, in: declared).map { "is \"\($0)\" meant? otherwise " } ?? "")
            + "declare it, or set on_new_column to add or ignore"
    }
}
