/// What happens to a column of the data that the definition does not declare.
enum NewColumns: String, CaseIterable, Sendable {
    /// It becomes a column of the source, with an inferred type.
    case add
    /// It is left out, and a notice names it.
    case ignore
    /// It is an error.
    case fail
}
