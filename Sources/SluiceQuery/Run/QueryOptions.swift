package import SluicePipelines

/// How queries are answered.
package struct QueryOptions: Sendable {
    /// Who may answer.
    package enum Path: String, Sendable, CaseIterable {
        /// The engine where it means the same, and SQLite for the rest.
        case auto
        case sqlite
    }

    package var path = Path.auto
    /// Tasks side by side.
    package var width: Int
    /// What becomes of records that cannot be read.
    package var onError: ErrorPolicy
    /// Bytes of a result that are kept in memory to see its types, before all of it goes to disk.
    package var keptResultBytes = QueryLimits.keptResultBytes
    /// For a table that a query creates: options of the sink `table`, such as its format.
    package var tableOptions: [(String, DefinitionNode)] = []

    package init(width: Int, onError: ErrorPolicy = .fail) {
        self.width = width
        self.onError = onError
    }
}
