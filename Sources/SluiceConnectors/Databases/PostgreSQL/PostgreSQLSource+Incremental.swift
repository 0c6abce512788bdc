#if PostgreSQL
import SluiceCore
import SluicePipelines
import SluicePostgreSQL
import Synchronization

/// The rows that the cursor column puts behind the bookmark, in its order.
extension PostgreSQLSource: IncrementalSource {
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        let cursor = try requireCursor()
        let name = "\(access.name)/\(rowsName)"
        let bookmark = try CursorBookmark.stored(positions[ExactText(name)], cursor: cursor.name, of: rowsName)
        try bookmark?.checkColumns(in: schema.names, of: rowsName)
        let connection = try access.connect()
        // Of rows with one value, one more than are known has to be new.
        let statement = PostgreSQLCursor.select([], self, cursor, after: bookmark)
        var tracker = try PostgreSQLCursor.tracker(bookmark)
        var isNew = false
        for row in try connection.rows(statement + " LIMIT \((bookmark?.seen.count ?? 0) + 1)") where !isNew {
            isNew = try PostgreSQLCursor.take(row[0], row[1], cursor, &tracker)
        }
        guard isNew else { return nil }
        let place = CursorPlace()
        let slice = PostgreSQLSlice(source: self, cursor: cursor, bookmark: bookmark, limitBytes: request.limitBytes, place: place)
        return try place.slice(slice, split: slice.split, name: name, after: bookmark, notices: missing(cursor, connection))
    }

    func checkIncremental() throws(SluiceError) { _ = try requireCursor() }

    func requireCursor() throws(SluiceError) -> Cursor {
        if let cursor { return cursor }
        throw SluiceError(
            .notIncremental, "nothing says which rows of \(rowsName) are new", remedy: "name a column that grows with new rows: cursor: id")
    }

    /// Looks for columns that came since the plan was made: rows that were read without them would never have them. In a transaction, what was
    /// looked at stays as it is until it ends.
    ///
    /// - Throws: `newFields`, upon which another plan reads the rows.
    fileprivate func checkNewColumns(_ connection: PostgreSQLConnection) throws(SluiceError) {
        try NewColumns.check(
            connection.describe("SELECT * FROM \(from)").map(\.name), planned: schema.names, of: "\(rowsName) of \(access.name)")
    }

    /// Tells of rows that have no place in the cursor's order.
    func missing(_ cursor: Cursor, _ connection: PostgreSQLConnection) throws(SluiceError) -> [String] {
        let name = PostgreSQLConnection.quoted(cursor.name)
        let found = try connection.rows("SELECT 1 FROM \(from) WHERE \(name) IS NULL LIMIT 1")
        return found.isEmpty ? [] : ["rows of \(rowsName) without a value of the cursor \"\(cursor.name)\" are not read"]
    }
}

/// A reading asks the database, whatever it has then.
extension PostgreSQLSource: RenewableSource {
    func renewed() throws -> any Source {
        try checkNewColumns(try access.connect())
        return self
    }
}

/// Statements over the rows at and behind a bookmark, in the order of the cursor column.
enum PostgreSQLCursor {
    typealias Tracker = CursorTracker<String>

    /// `SELECT` of columns, and behind them the cursor's value as a text, and a hash by which rows with one value are told apart.
    static func select(
        _ columns: [String], _ source: PostgreSQLSource, _ cursor: PostgreSQLSource.Cursor, after bookmark: CursorBookmark?
    ) -> String {
        // With the table's alias, since a name alone would be that of an output column.
        let name = name(cursor)
        // Equal numbers of different lengths are one value, and get one text.
        let text = PostgreSQLTypes.isUnbounded(cursor.type) ? "trim_scale(\(name))::text" : "\(name)::text"
        let hashed = (bookmark?.columns ?? source.schema.names).map { PostgreSQLConnection.quoted($0) + "::text" }.joined(separator: ", ")
        let selected = columns.map(PostgreSQLConnection.quoted) + [text, "hashtextextended(ROW(\(hashed))::text, 0)"]
        let condition = condition(cursor, after: bookmark)
        return "SELECT \(selected.joined(separator: ", ")) FROM \(source.from) WHERE \(condition) ORDER BY \(order(cursor))"
    }

    /// Limits a statement to the rows at and behind a bookmark; without one, to those that have a place in the cursor's order.
    static func condition(_ cursor: PostgreSQLSource.Cursor, after bookmark: CursorBookmark?) -> String {
        bookmark.map { "\(order(cursor)) >= \(PostgreSQLConnection.literal($0.value))::\(cursor.type)" } ?? "\(name(cursor)) IS NOT NULL"
    }

    private static func name(_ cursor: PostgreSQLSource.Cursor) -> String {
        PostgreSQLSource.alias + "." + PostgreSQLConnection.quoted(cursor.name)
    }

    private static func order(_ cursor: PostgreSQLSource.Cursor) -> String {
        let isText = PostgreSQLTypes.type(cursor.type) == .string && cursor.type != "uuid" && !PostgreSQLTypes.isUnbounded(cursor.type)
        return isText ? "\(name(cursor)) COLLATE \"C\"" : name(cursor)
    }

    static func tracker(_ bookmark: CursorBookmark?) throws(SluiceError) -> Tracker {
        Tracker(from: bookmark?.value, seen: bookmark?.seen.compactMap { UInt64($0, radix: 16) } ?? []) {
            $0.utf8.elementsEqual($1.utf8)
        }
    }

    /// - Returns: Whether a row is new.
    static func take(
        _ value: String?, _ hash: String?, _ cursor: PostgreSQLSource.Cursor, _ tracker: inout Tracker
    ) throws(SluiceError) -> Bool {
        guard let value, let hash = hash.flatMap({ Int64($0) }) else {
            throw SluiceError(.stateCorrupt, "the server gave no place for a row")
        }
        return try tracker.take(value, hash: UInt64(bitPattern: hash), cursor: cursor.name)
    }
}

/// Rows of a source behind a bookmark, up to about so many bytes.
struct PostgreSQLSlice: Source {
    let source: PostgreSQLSource
    let cursor: PostgreSQLSource.Cursor
    let bookmark: CursorBookmark?
    let limitBytes: Int64
    let place: CursorPlace

    var schema: Schema { source.schema }
    var notices: [String] { source.notices }
    var split: String { "rows by \(cursor.name)" }

    func splits() async throws -> [SourceSplit] { [SourceSplit(id: split, bytes: nil)] }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader { try PostgreSQLSliceReader(self, request) }
}

/// Reads a slice.
final class PostgreSQLSliceReader: SplitReader {
    private struct State {
        var connection: PostgreSQLConnection?
        var tracker: PostgreSQLCursor.Tracker
        var bytesRead: Int64 = 0
        var rowCount: Int64 = 0
    }

    private let slice: PostgreSQLSlice
    private let rows: PostgreSQLRowReader
    private let state: Mutex<State>

    init(_ slice: PostgreSQLSlice, _ request: SourceRequest) throws(SluiceError) {
        self.slice = slice
        rows = try PostgreSQLRowReader(slice.source, request)
        let connection = try slice.source.access.connect()
        try connection.execute("BEGIN")
        try slice.source.checkNewColumns(connection)
        let select = PostgreSQLCursor.select(rows.schema.names, slice.source, slice.cursor, after: slice.bookmark)
        try connection.beginCopyOut("COPY (\(select)) TO STDOUT")
        state = Mutex(State(connection: connection, tracker: try PostgreSQLCursor.tracker(slice.bookmark)))
    }

    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    func next() async throws -> (any SplitPiece)? {
        let taken: (records: RawRecords, first: Int64)? = try state.withLock { state throws(SluiceError) in try take(&state) }
        return taken.map { taken in DeferredBatch { [rows] in rows.decode(taken.records, first: taken.first) } }
    }

    private func take(_ state: inout State) throws(SluiceError) -> (records: RawRecords, first: Int64)? {
        guard let connection = state.connection else { return nil }
        var records = RawRecords(bytes: [])
        while records.count < DatabaseLimits.batchRows, records.bytes.count < DatabaseLimits.batchBytes {
            var (value, hash): (String?, String?) = (nil, nil)
            guard
                let line = try connection.nextCopied({ line -> [UInt8] in
                    let row = UnsafeBufferPointer(rebasing: line[..<(line.count - 1)])
                    CopyText.forEachValue(row) { place, bytes in
                        if place == rows.schema.count { value = bytes.map { String(decoding: $0, as: UTF8.self) } }
                        if place == rows.schema.count + 1 { hash = bytes.map { String(decoding: $0, as: UTF8.self) } }
                    }
                    return Array(line)
                })
            else {
                state.connection = nil
                break
            }
            guard try PostgreSQLCursor.take(value, hash, slice.cursor, &state.tracker) else { continue }
            line.withUnsafeBufferPointer { records.append(line: $0) }
        }
        state.bytesRead += Int64(records.bytes.count)
        // What is left of the COPY goes with the connection.
        if state.bytesRead >= slice.limitBytes { state.connection = nil }
        if let last = state.tracker.last {
            slice.place.note(
                CursorBookmark(
                    cursor: slice.cursor.name, kind: slice.cursor.type, value: last,
                    columns: slice.bookmark?.columns ?? slice.source.schema.names, seen: state.tracker.seen.map(\.hexadecimal)))
        }
        guard records.count > 0 else { return nil }
        let first = state.rowCount + 1
        state.rowCount += Int64(records.count)
        return (records, first)
    }
}
#endif
