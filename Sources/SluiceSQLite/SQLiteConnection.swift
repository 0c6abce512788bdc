import GRDBSQLite
package import SluiceCore

/// A connection to a SQLite database, used by one task at a time.
package final class SQLiteConnection: @unchecked Sendable {
    /// What may be done through a connection.
    package enum Access: Sendable {
        case read, write
        /// As `write`, and a database that is not there is made.
        case create
    }

    package let path: String
    let handle: OpaquePointer

    /// - Throws: `fileNotFound`, `unreadable`; whether the file is a database is found out by the first statement.
    package init(_ path: String, _ access: Access) throws(SluiceError) {
        var opened: OpaquePointer?
        let flags =
            switch access {
            // Whoever is killed in a commit leaves a journal, which the next one has to carry out before it reads.
            case .read, .write: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let opened else {
            let message = String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(opened)
            throw .sqlite(code, message, cannot: "open", path)
        }
        self.path = path
        handle = opened
        sqlite3_busy_timeout(opened, Int32(SQLiteLimits.busyMillis))
        if access == .read { try execute("PRAGMA query_only = ON") }
    }

    deinit { sqlite3_close_v2(handle) }

    /// Carries out statements that give no rows.
    package func execute(_ sql: String) throws(SluiceError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code, "write") }
    }

    /// A statement of one SQL text.
    ///
    /// - Throws: `databaseStatement` with what SQLite says about it.
    package func prepare(_ sql: String) throws(SluiceError) -> SQLiteStatement {
        var made: OpaquePointer?
        var rest = ""
        let code = sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, &tail)
            if let tail { rest = String(cString: tail) }
            return code
        }
        guard code == SQLITE_OK else { throw failure(code, "read") }
        guard let made else { throw SluiceError(.databaseStatement, "an SQL text without a statement: \(sql.quotedForMessage)") }
        let statement = SQLiteStatement(made, of: self)
        guard rest.allSatisfy({ $0.isWhitespace || $0 == ";" }) else {
            throw SluiceError(
                .databaseStatement, "more than one statement: \(sql.quotedForMessage)", remedy: "give one SELECT statement")
        }
        return statement
    }

    /// The one value of a statement's first row, as a number; nil without a row and for null.
    package func integer(_ sql: String, _ values: [SQLiteValue] = []) throws(SluiceError) -> Int64? {
        let statement = try prepare(sql)
        for (index, value) in values.enumerated() { try statement.bind(value, at: index) }
        guard try statement.step(), statement.kind(0) != .null else { return nil }
        return statement.integer(0)
    }

    /// Does `body` in a transaction that is alone with the database; what it throws undoes everything.
    package func writing<Result>(_ body: () throws(SluiceError) -> Result) throws(SluiceError) -> Result {
        try execute("BEGIN IMMEDIATE")
        do throws(SluiceError) {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Ends the transaction, if one is open, without its changes.
    package func rollBack() {
        if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
    }

    /// A name as SQL writes it.
    package static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    /// A column's name as a statement that reads writes it. In double quotes SQLite takes one that is not there, or not any more, for a text
    /// (https://www.sqlite.org/quirks.html, section 8).
    package static func column(_ name: String) -> String { "`" + name.replacing("`", with: "``") + "`" }

    func failure(_ code: Int32, _ action: String) -> SluiceError {
        .sqlite(code, String(cString: sqlite3_errmsg(handle)), cannot: action, path)
    }
}
