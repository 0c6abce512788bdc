import SluiceCore
import SluicePipelines
import SluiceSQLite
import Synchronization

/// The rows that the cursor column puts behind the bookmark, in its order.
extension SQLiteSource: IncrementalSource {
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        let cursor = try requireCursor()
        let name = "\(databaseName)/\(rowsName)"
        let bookmark = try CursorBookmark.stored(positions[ExactText(name)], cursor: cursor, of: rowsName)
        try bookmark?.checkColumns(in: schema.names, of: rowsName)
        let order = try SQLiteCursorOrder(self, cursor)
        if let bookmark { try order.checkHidden(self, behind: SQLiteValue(bookmark)) }
        let probe = try SQLiteRowReader(self, [], further: SQLiteCursor.further(self, cursor, after: bookmark))
        var rows = try SQLiteCursor(self, cursor, after: bookmark, probe)
        guard try rows.step() else { return nil }
        let place = CursorPlace()
        let slice = SQLiteSlice(
            source: self, cursor: cursor, bookmark: bookmark, limitBytes: request.limitBytes, place: place, note: request.note)
        return try place.slice(slice, split: slice.split, name: name, after: bookmark, notices: missing(cursor))
    }

    func checkIncremental() throws(SluiceError) { _ = try requireCursor() }

    func requireCursor() throws(SluiceError) -> String {
        if let cursor { return cursor }
        throw SluiceError(
            .notIncremental, "nothing says which rows of \(rowsName) are new", remedy: "name a column that grows with new rows: cursor: id")
    }

    /// Tells of rows that have no place in the cursor's order.
    func missing(_ cursor: String) throws(SluiceError) -> [String] {
        let connection = try SQLiteConnection(path, .read)
        func has(_ conditions: [String]) throws(SluiceError) -> Bool {
            for condition in conditions {
                if try connection.integer("SELECT 1 FROM \(from) WHERE \(condition) LIMIT 1") != nil { return true }
            }
            return false
        }
        var notices: [String] = []
        var isNeverNull = false
        if case .table(let info) = rows { isNeverNull = info.columns.contains { $0.name == cursor && $0.isNotNull } }
        if !isNeverNull, try has(["\(SQLiteConnection.column(cursor)) IS NULL"]) {
            notices.append("rows of \(rowsName) without a value of the cursor \"\(cursor)\" are not read")
        }
        if try has(SQLiteCursorOrder(self, cursor).strangers) { notices.append(strangers(cursor, "rows")) }
        return notices
    }

    /// Looks for columns that came since the plan was made: rows that were read without them would never have them.
    ///
    /// - Throws: `newFields`, upon which another plan reads the rows.
    fileprivate func checkNewColumns() throws(SluiceError) {
        let statement = try SQLiteConnection(path, .read).prepare("SELECT * FROM \(from) LIMIT 0")
        try NewColumns.check(
            (0..<statement.columnCount).map { statement.name($0) }, planned: schema.names, of: "\(rowsName) of \(databaseName)")
    }

    /// - Parameter rows: How many, for people.
    fileprivate func strangers(_ cursor: String, _ rows: String) -> String {
        "\(rows) of \(rowsName) whose cursor \"\(cursor)\" has a value that does not fit the column's type are not read; correct them there"
    }
}

/// A reading asks the database, whatever it has then.
extension SQLiteSource: RenewableSource {
    func renewed() throws -> any Source {
        try checkNewColumns()
        return self
    }
}

/// Rows of a source behind a bookmark, up to about so many bytes.
struct SQLiteSlice: Source {
    let source: SQLiteSource
    let cursor: String
    let bookmark: CursorBookmark?
    let limitBytes: Int64
    let place: CursorPlace
    /// Takes what a person should know behind the reading.
    let note: @Sendable (String) -> Void

    var schema: Schema { source.schema }
    var notices: [String] { source.notices }
    var split: String { "rows by \(cursor)" }

    func splits() async throws -> [SourceSplit] { [SourceSplit(id: split, bytes: nil)] }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader { try SQLiteSliceReader(self, request) }
}

/// Reads a slice.
final class SQLiteSliceReader: SplitReader {
    private struct State {
        var cursor: SQLiteCursor?
        var bytesRead: Int64 = 0
        var rowCount: Int64 = 0
    }

    private let source: SQLiteSource
    private let rows: SQLiteRowReader
    private let limitBytes: Int64
    private let place: CursorPlace
    private let tell: @Sendable (Int) -> Void
    private let state: Mutex<State>

    init(_ slice: SQLiteSlice, _ request: SourceRequest) throws(SluiceError) {
        source = slice.source
        rows = try SQLiteRowReader(
            slice.source, request.columns, further: SQLiteCursor.further(slice.source, slice.cursor, after: slice.bookmark))
        limitBytes = slice.limitBytes
        place = slice.place
        tell = { [note = slice.note, source = slice.source, cursor = slice.cursor] count in
            note(source.strangers(cursor, count == 1 ? "1 row" : "\(count) rows"))
        }
        state = Mutex(State(cursor: try SQLiteCursor(slice.source, slice.cursor, after: slice.bookmark, rows)))
    }

    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    func next() async throws -> (any SplitPiece)? {
        let read: ReadBatch? = try state.withLock { state throws(SluiceError) in
            guard var cursor = state.cursor else { return nil }
            var batch = rows.batch()
            var isAtEnd = false
            while !batch.isFull, !isAtEnd {
                if try cursor.step() {
                    state.rowCount += 1
                    batch.take(cursor.statement, number: state.rowCount)
                } else {
                    isAtEnd = true
                }
            }
            state.bytesRead += batch.byteCount
            if let bookmark = cursor.bookmark { place.note(bookmark) }
            if isAtEnd, cursor.strangers > 0 { tell(cursor.strangers) }
            let isDone = isAtEnd || state.bytesRead >= limitBytes
            // Behind the rows, since columns and rows may have come between a look before them and them.
            if isDone, state.rowCount > 0 { try source.checkNewColumns() }
            state.cursor = isDone ? nil : cursor
            return batch.rowCount == 0 ? nil : batch.finish()
        }
        return read.map { read in DeferredBatch { read } }
    }
}
