import SluiceCore

/// How SQLite wants a table read: what `xBestIndex` promised and `xFilter` does.
///
/// The arguments of `xFilter` are the values of `pushed`, then those of `keys`.
struct ScanPlan: Hashable, Sendable {
    /// A comparison of a column with a value that is known before the scan.
    struct Pushed: Hashable, Sendable {
        var column: Int
        var relation: Relation
        /// The value as the query writes it, where planning knew it; for people.
        var shown: String
    }

    enum Relation: String, Sendable {
        case equal = "="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case isNull = "IS NULL"
        case isNotNull = "IS NOT NULL"
        /// Equal to one of several values.
        case isIn = "IN"
        case like = "LIKE"

        var takesValue: Bool { self != .isNull && self != .isNotNull }
    }

    /// Columns that are read, ascending; never empty for a table that has columns.
    var columns: [Int]
    var pushed: [Pushed]
    /// Columns that are equal to values which change from scan to scan: rows are looked up by an index.
    var keys: [Int]

    /// One line for people: columns, condition, keys.
    func description(of table: QueryTable) -> String {
        var parts = ["columns " + columns.map { table.columns[$0].name }.joined(separator: ", ")]
        let conditions = pushed.map { pushed in
            "\(table.columns[pushed.column].name) \(pushed.relation.rawValue)" + (pushed.relation.takesValue ? " \(pushed.shown)" : "")
        }
        if !conditions.isEmpty { parts.append("pushed down: " + conditions.joined(separator: " and ")) }
        if !keys.isEmpty { parts.append("looked up by " + keys.map { table.columns[$0].name }.joined(separator: ", ")) }
        return parts.joined(separator: "; ")
    }
}
