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

    /// Looks for columns that came since reading was planned: what is read without them is read for good.
    ///
    /// - Parameters:
    ///   - names: Of the columns that there are now.
    ///   - planned: Those that are read.
    ///   - source: What has them, for people.
    /// - Throws: `newFields`, upon which another plan reads them.
    static func check(_ names: [String], planned: [String], of source: String) throws(SluiceError) {
        let known = Set(planned.map(ExactText.init))
        let new = names.filter { !known.contains(ExactText($0)) }
        guard !new.isEmpty else { return }
        throw SluiceError(
            .newFields, "\(source) has columns that were not known: \(new.joined(separator: ", "))", remedy: "run it again: it reads them")
    }
}
