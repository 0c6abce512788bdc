#if PostgreSQL
import CLibPQ
import Glibc
package import SluiceCore

/// A connection to a PostgreSQL server, used by one task at a time. Calls wait for the server.
package final class PostgreSQLConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    /// As messages name the database.
    package let name: String

    /// - Throws: `databaseUnreachable`.
    package init(_ settings: PostgreSQLSettings) throws(SluiceError) {
        let arguments = settings.arguments
        guard
            let opened = Self.withTexts(
                arguments.map(\.0), { keys in Self.withTexts(arguments.map(\.1)) { PQconnectdbParams(keys, $0, 0) } })
        else { throw SluiceError(.databaseUnreachable, "no memory for a connection") }
        handle = opened
        name = settings.name
        guard PQstatus(opened) == CONNECTION_OK else {
            throw ServerError(nil, opened).error(cannot: "connect to", name, isConnected: false)
        }
        PQsetNoticeProcessor(opened, { _, _ in }, nil)
        try execute(settings.dialect.session)
    }

    deinit { PQfinish(handle) }

    /// Of the server, as 150020.
    package var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// Carries out statements whose rows nobody wants.
    package func execute(_ sql: String) throws(SluiceError) {
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        try check(result, PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY)
    }

    /// The rows of one statement, as texts; nil is null.
    package func rows(_ sql: String, _ values: [String?] = []) throws(SluiceError) -> [[String?]] {
        let result = Self.withTexts(values) { PQexecParams(handle, sql, Int32(values.count), nil, $0, nil, nil, 0) }
        defer { PQclear(result) }
        try check(result, PGRES_COMMAND_OK, PGRES_TUPLES_OK)
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                PQgetisnull(result, row, column) != 0 ? nil : String(cString: PQgetvalue(result, row, column))
            }
        }
    }

    /// A column of a statement's rows.
    package struct DescribedColumn: Sendable {
        package var name: String
        /// The type as SQL writes it: `numeric(12,2)`, `timestamp with time zone`.
        package var type: String
    }

    /// The columns that a statement would give.
    package func describe(_ sql: String) throws(SluiceError) -> [DescribedColumn] {
        let prepared = PQprepare(handle, "", sql, 0, nil)
        defer { PQclear(prepared) }
        try check(prepared, PGRES_COMMAND_OK)
        let result = PQdescribePrepared(handle, "")
        defer { PQclear(result) }
        try check(result, PGRES_COMMAND_OK)
        guard PQnparams(result) == 0 else {
            throw SluiceError(
                .databaseStatement, "the query has parameters", remedy: "write values in their place, or the definition's ${parameters}")
        }
        var columns: [DescribedColumn] = []
        for column in 0..<PQnfields(result) {
            let type = try rows(
                "SELECT format_type($1::oid, $2::integer)", [String(PQftype(result, column)), String(PQfmod(result, column))])
            columns.append(
                DescribedColumn(name: String(cString: PQfname(result, column)), type: type.first?.first.flatMap(\.self) ?? "text"))
        }
        return columns
    }

    // MARK: COPY

    /// Begins `COPY … TO STDOUT`; the rows are taken by `nextCopied`.
    package func beginCopyOut(_ sql: String) throws(SluiceError) {
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        try check(result, PGRES_COPY_OUT)
    }

    /// Hands the next row, with its line end, to `body`.
    ///
    /// - Returns: Nil at the end, when the statement has succeeded.
    package func nextCopied<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) throws(SluiceError) -> Result? {
        var buffer: UnsafeMutablePointer<CChar>?
        let length = PQgetCopyData(handle, &buffer, 0)
        if length > 0, let buffer {
            defer { PQfreemem(buffer) }
            return buffer.withMemoryRebound(to: UInt8.self, capacity: Int(length)) {
                body(UnsafeBufferPointer(start: $0, count: Int(length)))
            }
        }
        guard length == -1 else { throw failure(nil) }
        try endCommands()
        return nil
    }

    /// Begins `COPY … FROM STDIN`.
    package func beginCopyIn(_ sql: String) throws(SluiceError) {
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        try check(result, PGRES_COPY_IN)
    }

    /// Sends rows, each with its line end.
    package func put(_ rows: [UInt8]) throws(SluiceError) {
        let code = rows.withUnsafeBytes { PQputCopyData(handle, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count)) }
        guard code == 1 else { throw failure(nil) }
    }

    package func endCopyIn() throws(SluiceError) {
        guard PQputCopyEnd(handle, nil) == 1 else { throw failure(nil) }
        try endCommands()
    }

    private func endCommands() throws(SluiceError) {
        var failed: SluiceError?
        while let result = PQgetResult(handle) {
            if PQresultStatus(result) != PGRES_COMMAND_OK, failed == nil { failed = failure(result) }
            PQclear(result)
        }
        if let failed { throw failed }
    }

    // MARK: Texts

    /// A name as SQL writes it.
    package static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    /// A text as SQL writes it, where backslashes stand for themselves.
    package static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

    private static func withTexts<Result>(_ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result) -> Result {
        let copies = texts.map { $0.flatMap { strdup($0) } }
        defer { for copy in copies { free(copy) } }
        return (copies.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { body($0.baseAddress) }
    }

    private func check(_ result: OpaquePointer?, _ expected: ExecStatusType...) throws(SluiceError) {
        if let result, expected.contains(PQresultStatus(result)) { return }
        throw failure(result)
    }

    private func failure(_ result: OpaquePointer?) -> SluiceError {
        ServerError(result, handle).error(cannot: "use the database", name, isConnected: PQstatus(handle) == CONNECTION_OK)
    }
}
#endif
