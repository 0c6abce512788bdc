import GRDBSQLite
import SluiceCore

/// The module of SQLite behind all tables of a query: its callbacks find the Swift objects and call them.
enum VirtualTableModule {
    static let name = "sluice"

    /// A table as SQLite holds it; `base` comes first, because SQLite only knows that.
    private struct Table {
        var base = sqlite3_vtab()
        var table: Unmanaged<QueryTable>
        var session: Unmanaged<SQLiteSession>
    }

    /// A cursor as SQLite holds it.
    private struct Cursor {
        var base = sqlite3_vtab_cursor()
        var reading: Unmanaged<CursorReading>
    }

    /// - Parameter session: Outlives the connection.
    static func register(_ connection: OpaquePointer, _ session: SQLiteSession) -> Int32 {
        sqlite3_create_module_v2(connection, name, module, Unmanaged.passUnretained(session).toOpaque(), nil)
    }

    /// Lives as long as the process.
    nonisolated(unsafe) private static let module: UnsafeMutablePointer<sqlite3_module> = {
        let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        module.initialize(to: sqlite3_module())
        module.pointee.iVersion = 1
        module.pointee.xCreate = { connect($0, $1, $2, $3, $4, $5) }
        module.pointee.xConnect = { connect($0, $1, $2, $3, $4, $5) }
        module.pointee.xBestIndex = { table, info in
            guard let table, let info else { return SQLITE_ERROR }
            let memory = UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self)
            ScanPlanner(memory.pointee.table.takeUnretainedValue(), memory.pointee.session.takeUnretainedValue(), info).plan()
            return SQLITE_OK
        }
        module.pointee.xDisconnect = { disconnect($0) }
        module.pointee.xDestroy = { disconnect($0) }
        module.pointee.xOpen = { open($0, $1) }
        module.pointee.xClose = { close($0) }
        module.pointee.xFilter = { cursor, number, _, count, values in filter(cursor, Int(number), values, count: Int(count)) }
        module.pointee.xNext = { cursor in
            guarded(cursor) { try $0.advance() }
        }
        module.pointee.xEof = { reading($0).isAtEnd ? 1 : 0 }
        module.pointee.xColumn = { cursor, context, column in
            reading(cursor).put(Int(column), into: context)
            return SQLITE_OK
        }
        module.pointee.xRowid = { cursor, rowID in
            guarded(cursor) { rowID?.pointee = try $0.rowID() }
        }
        return module
    }()

    private static func connect(
        _ connection: OpaquePointer?, _ auxiliary: UnsafeMutableRawPointer?, _ count: Int32,
        _ arguments: UnsafePointer<UnsafePointer<CChar>?>?, _ result: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?,
        _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    ) -> Int32 {
        guard let auxiliary, let arguments, count > 3, let text = arguments[3], let number = Int(String(cString: text)) else {
            return SQLITE_ERROR
        }
        let session = Unmanaged<SQLiteSession>.fromOpaque(auxiliary)
        guard let table = session.takeUnretainedValue().table(number) else { return SQLITE_ERROR }
        let status = sqlite3_declare_vtab(connection, table.declaration)
        guard status == SQLITE_OK else { return status }
        let memory = UnsafeMutablePointer<Table>.allocate(capacity: 1)
        memory.initialize(to: Table(table: Unmanaged.passRetained(table), session: session))
        result?.pointee = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: sqlite3_vtab.self)
        return SQLITE_OK
    }

    private static func disconnect(_ table: UnsafeMutablePointer<sqlite3_vtab>?) -> Int32 {
        guard let table else { return SQLITE_OK }
        let memory = UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self)
        memory.pointee.table.release()
        memory.deinitialize(count: 1)
        memory.deallocate()
        return SQLITE_OK
    }

    private static func open(
        _ table: UnsafeMutablePointer<sqlite3_vtab>?, _ result: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab_cursor>?>?
    ) -> Int32 {
        guard let table else { return SQLITE_ERROR }
        let memory = UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self)
        let reading = CursorReading(memory.pointee.table.takeUnretainedValue(), memory.pointee.session.takeUnretainedValue())
        let cursor = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
        cursor.initialize(to: Cursor(reading: Unmanaged.passRetained(reading)))
        result?.pointee = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
        return SQLITE_OK
    }

    private static func close(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
        guard let cursor else { return SQLITE_OK }
        let memory = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: Cursor.self)
        memory.pointee.reading.release()
        memory.deinitialize(count: 1)
        memory.deallocate()
        return SQLITE_OK
    }

    private static func filter(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ number: Int, _ values: UnsafeMutablePointer<OpaquePointer?>?, count: Int
    ) -> Int32 {
        guarded(cursor) { reading in
            guard let plan = reading.plan(number) else { throw SluiceError(.jobFailed, "SQLite asks for a plan that nobody made") }
            try reading.begin(plan, values, count: count)
        }
    }

    /// Keeps what goes wrong for whoever runs the statement.
    private static func guarded(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ body: (CursorReading) throws -> Void) -> Int32 {
        let reading = reading(cursor)
        do {
            try body(reading)
            return SQLITE_OK
        } catch {
            reading.fail(error)
            return SQLITE_ERROR
        }
    }

    private static func reading(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> CursorReading {
        guard let cursor else { preconditionFailure("SQLite calls a cursor that it never opened") }
        return UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: Cursor.self).pointee.reading.takeUnretainedValue()
    }
}
