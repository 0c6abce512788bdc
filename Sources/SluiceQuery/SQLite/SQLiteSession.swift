import GRDBSQLite
import SluiceCore
import SluicePipelines
import Synchronization

/// A connection of SQLite without a database of its own, the tables that it knows, and the thread that it runs on.
final class SQLiteSession: Sendable {
    let thread: SQLiteThread
    let figures: QueryFigures
    /// Pieces of a source that are decoded at once.
    let width: Int
    private let state: Mutex<State>
    private let connection: ConnectionHandle

    private struct State {
        var tables: [QueryTable] = []
        /// What `xBestIndex` has promised, by number.
        var plans: [(table: QueryTable, plan: ScanPlan)] = []
        var databases: Set<String> = []
        var feeds: [ObjectIdentifier: BatchFeed] = [:]
        var failure: (any Error)?
        var isInterrupted = false
    }

    /// A pointer that only the session's thread dereferences, but for `sqlite3_interrupt`, which any thread may call.
    struct ConnectionHandle: @unchecked Sendable { let pointer: OpaquePointer }

    init(figures: QueryFigures, width: Int) async throws {
        let thread = try SQLiteThread()
        self.thread = thread
        self.figures = figures
        self.width = max(1, width)
        state = Mutex(State())
        connection = try await thread.run { try Self.open() }
        try await thread.run { [self] in try register() }
    }

    private static func open() throws -> ConnectionHandle {
        var pointer: OpaquePointer?
        let status = sqlite3_open_v2(":memory:", &pointer, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
        guard status == SQLITE_OK, let pointer else {
            sqlite3_close_v2(pointer)
            throw SluiceError(.ioFailure, "SQLite cannot be opened (\(status))")
        }
        return ConnectionHandle(pointer: pointer)
    }

    private func register() throws {
        _disableDoubleQuotedStringLiterals(connection.pointer)
        sqlite3_limit(connection.pointer, SQLITE_LIMIT_LENGTH, QueryLimits.valueBytes)
        guard TimeCollation.register(connection.pointer) == SQLITE_OK, SumFunctions.register(connection.pointer) == SQLITE_OK,
            VirtualTableModule.register(connection.pointer, self) == SQLITE_OK
        else {
            throw error("the connection cannot be prepared")
        }
        // As in Sluice's own language, DuckDB and Spark.
        try execute("PRAGMA case_sensitive_like = ON")
    }

    /// Closes the connection and ends the thread. Statements are finalised before.
    func close() async {
        for feed in state.withLock({ Array($0.feeds.values) }) { feed.cancel() }
        await thread.finish { [self] in _ = sqlite3_close_v2(connection.pointer) }
        thread.end()
    }

    /// Ends what runs, from any thread.
    func interrupt() {
        let feeds = state.withLock { state in
            state.isInterrupted = true
            return Array(state.feeds.values)
        }
        sqlite3_interrupt(connection.pointer)
        for feed in feeds { feed.cancel() }
    }

    // MARK: On the thread

    /// Lets SQLite know a table under a name of a database.
    func add(_ table: QueryTable, database: String?, name: String) throws {
        guard table.columns.count <= QueryLimits.columns else {
            throw SluiceError(
                .limitExceeded, "\(table.label.quotedForMessage) has \(table.columns.count) columns; SQLite takes \(QueryLimits.columns)",
                remedy: "write the columns that are wanted into another file first: convert … --select \"a, b\"")
        }
        let (number, isNew) = try state.withLock { state throws(SluiceError) in
            guard state.tables.count < QueryLimits.tables else {
                throw SluiceError(.limitExceeded, "a query reads at most \(QueryLimits.tables) tables")
            }
            state.tables.append(table)
            let isNew = database.map { state.databases.insert(SQLColumn.folded($0)).inserted } ?? false
            if isNew, state.databases.count > QueryLimits.databases {
                throw SluiceError(.limitExceeded, "a query reads tables of at most \(QueryLimits.databases) databases")
            }
            return (state.tables.count - 1, isNew)
        }
        if isNew, let database { try execute("ATTACH ':memory:' AS \(SQLQuote.name(database))") }
        try execute(
            "CREATE VIRTUAL TABLE \(SQLQuote.name(database ?? "main")).\(SQLQuote.name(name)) USING \(VirtualTableModule.name)(\(number))")
    }

    /// The number of a plan, the same for the same.
    func number(of plan: ScanPlan, _ table: QueryTable) -> Int {
        state.withLock { state in
            if let index = state.plans.firstIndex(where: { $0.table === table && $0.plan == plan }) { return index }
            state.plans.append((table, plan))
            return state.plans.count - 1
        }
    }

    func plan(_ number: Int) -> (table: QueryTable, plan: ScanPlan)? {
        state.withLock { $0.plans.indices.contains(number) ? $0.plans[number] : nil }
    }

    /// Columns of tables that plans read.
    var readColumns: [(table: QueryTable, column: Int)] {
        state.withLock { state in
            state.tables.flatMap { table in
                let columns = state.plans.filter { $0.table === table }.flatMap(\.plan.columns)
                return Set(columns).sorted().map { (table, $0) }
            }
        }
    }

    func table(_ number: Int) -> QueryTable? { state.withLock { $0.tables.indices.contains(number) ? $0.tables[number] : nil } }
    var tables: [QueryTable] { state.withLock { $0.tables } }

    func track(_ feed: BatchFeed) {
        let isInterrupted = state.withLock { state in
            state.feeds[ObjectIdentifier(feed)] = feed
            return state.isInterrupted
        }
        if isInterrupted { feed.cancel() }
    }

    func drop(_ feed: BatchFeed) {
        state.withLock { _ = $0.feeds.removeValue(forKey: ObjectIdentifier(feed)) }
        feed.cancel()
    }

    /// What went wrong in a table; SQLite only learns that something did.
    func fail(_ error: any Error) { state.withLock { $0.failure = $0.failure ?? error } }

    func takeFailure() -> (any Error)? {
        state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
    }

    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    func execute(_ sql: String) throws {
        guard sqlite3_exec(connection.pointer, sql, nil, nil, nil) == SQLITE_OK else { throw error(sql) }
    }

    /// - Returns: A statement, which the caller finalises on this thread.
    /// - Throws: `SQLiteMistake`.
    func prepare(_ sql: String) throws -> OpaquePointer {
        var statement: OpaquePointer?
        let status = sqlite3_prepare_v3(connection.pointer, sql, -1, 0, &statement, nil)
        guard status == SQLITE_OK, let statement else {
            if let failure = takeFailure() { throw failure }
            throw SQLiteMistake(message: message, byte: Int(sqlite3_error_offset(connection.pointer)))
        }
        return statement
    }

    /// Goes to the next row.
    ///
    /// - Returns: Whether there is one.
    func step(_ statement: OpaquePointer) throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case SQLITE_INTERRUPT: throw takeFailure() ?? CancellationError()
        default:
            if isInterrupted { throw CancellationError() }
            throw takeFailure() ?? error("the query failed")
        }
    }

    private var message: String { String(cString: sqlite3_errmsg(connection.pointer)) }

    private func error(_ what: String) -> SluiceError {
        let status = sqlite3_errcode(connection.pointer)
        let code: SluiceError.Code =
            switch status & 0xFF {
            case SQLITE_FULL: .diskFull
            case SQLITE_NOMEM, SQLITE_TOOBIG: .limitExceeded
            case SQLITE_IOERR: .ioFailure
            default: .jobFailed
            }
        let text = message
        if text == "integer overflow" {
            return SluiceError(.overflow, "a sum of integers is over 64 bits", remedy: "sum(x * 1.0) is a floating-point sum")
        }
        if text.hasSuffix(SumFunctions.noNumber) {
            return SluiceError(
                .valueDoesNotFit, "a sum or mean is asked of a column of texts, in which \(text)",
                remedy: "say which text means null, for example --in-option null_values=NA, or write sum(nullif(x, 'NA'))")
        }
        return SluiceError(code, "SQLite: \(text)")
    }
}

/// What SQLite has against a query, and where.
struct SQLiteMistake: Error {
    let message: String
    /// -1 where SQLite does not say.
    let byte: Int
}
