package import SluiceCore

/// A table's full name, folded to lower case as Glue does: `database.table`.
package struct TableName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The database of names without one.
    package static let defaultDatabase = "default"

    package let database: String
    package let table: String

    /// - Throws: `invalidOption` for characters that a name cannot have.
    package init(database: String, table: String) throws(SluiceError) {
        self.database = try Self.folded(database, "a database")
        self.table = try Self.folded(table, "a table")
    }

    /// A name that the catalog has, so that it is folded already.
    init(stored database: String, _ table: String) {
        self.database = database
        self.table = table
    }

    /// Reads `database.table`, or `table` for one of the default database.
    package init(parsing text: String, defaultDatabase: String = Self.defaultDatabase) throws(SluiceError) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        try self.init(database: parts.count == 2 ? parts[0] : defaultDatabase, table: parts[parts.count - 1])
    }

    package var description: String { "\(database).\(table)" }

    package static func < (a: Self, b: Self) -> Bool { (a.database, a.table) < (b.database, b.table) }

    /// Letters, digits, `_` and `-`, at most 255 of them.
    static func folded(_ name: String, _ noun: String) throws(SluiceError) -> String {
        let folded = name.lowercased()
        let isAllowed = folded.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" || scalar == "-"
        }
        guard isAllowed, (1...CatalogLimits.nameCharacters).contains(folded.unicodeScalars.count) else {
            throw SluiceError(
                .invalidOption, "\(name.quotedForMessage) cannot name \(noun)",
                remedy: "use 1 to \(CatalogLimits.nameCharacters) letters, digits, _ and -; a table is named database.table")
        }
        return folded
    }
}
