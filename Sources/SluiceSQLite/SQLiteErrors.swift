import GRDBSQLite
package import SluiceCore

extension SluiceError {
    /// What SQLite reports about a connection, as an error of ours.
    ///
    /// - Parameters:
    ///   - code: An extended result code.
    ///   - message: What the library says.
    ///   - action: What was tried: "read", "write".
    static func sqlite(_ code: Int32, _ message: String, cannot action: String, _ path: String) -> SluiceError {
        let kind = Kind(code)
        let text = message.utf8.count > SQLiteLimits.messageBytes ? String(message.prefix(SQLiteLimits.messageBytes)) + "…" : message
        return SluiceError(
            kind.code, "cannot \(action) the SQLite database \(path.quotedForMessage): \(text) (SQLite \(code))", at: .file(path: path),
            remedy: kind.remedy, isRetriable: kind.isRetriable)
    }

    private struct Kind {
        var code: Code
        var remedy: String?
        var isRetriable = false

        init(_ code: Int32) {
            switch code & 0xFF {
            case SQLITE_BUSY, SQLITE_LOCKED:
                self.init(.databaseBusy, "let the program that has it locked end its transaction", isRetriable: true)
            case SQLITE_CONSTRAINT: self.init(.databaseConstraint)
            case SQLITE_CANTOPEN: self.init(.fileNotFound, "check the path; its directory must be there")
            case SQLITE_NOTADB: self.init(.corruptFile, "give the path of a SQLite database")
            case SQLITE_CORRUPT: self.init(.corruptFile, "restore the database, or try sqlite3 FILE .recover")
            case SQLITE_FULL: self.init(.diskFull, "free space on its disk", isRetriable: true)
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
                self.init(.unreadable, "give this user the right to write the file and its directory")
            case SQLITE_ERROR: self.init(.databaseStatement)
            default: self.init(.ioFailure)
            }
        }

        private init(_ code: Code, _ remedy: String? = nil, isRetriable: Bool = false) {
            self.code = code
            self.remedy = remedy
            self.isRetriable = isRetriable
        }
    }
}

extension SluiceError.Code {
    /// Somebody else has a database or table locked for the moment.
    package static let databaseBusy = Self("database-busy")
    /// A row breaks a rule that its table has.
    package static let databaseConstraint = Self("database-constraint")
    /// A database refuses a statement.
    package static let databaseStatement = Self("database-statement")
}
