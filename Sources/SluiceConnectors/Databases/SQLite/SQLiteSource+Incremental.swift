import SluiceCore
import SluicePipelines
import SluiceSQLite
import Synchronization

/// The rows that the cursor column puts behind the bookmark, in its order.
extension SQLiteSource: IncrementalSource {
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        let cursor = try requireCursor()
        let key = ExactText("\(databaseName)/\(rowsName)")
        let bookmark = try CursorBookmark.stored(positions[key], cursor: cursor, of: rowsName)
        try bookmark?.checkColumns(in: schema.names, of: rowsName)
        let probe = try SQLiteRowReader(self, [], further: SQLiteCursor.further(self, cursor, after: bookmark))
        var rows = try SQLiteCursor(self, cursor, after: bookmark, probe)
        guard try rows.step() else { return nil }
        let place = CursorPlace()
        let slice = SQLiteSlice(source: self, cursor: cursor, bookmark: bookmark, limitBytes: request.limitBytes, place: place)
        let reached = try bookmark?.bytes()
        return SourceSlice(source: slice, openSplits: [slice.split], isLast: true, notices: try missing(cursor)) {
            let bytes = place.reached.flatMap { try? $0.bytes() } ?? reached
            return bytes.map { [key: $0] } ?? [:]
        }
    }

    func checkIncremental() throws(SluiceError) { _ = try requireCursor() }

    func requireCursor() throws(SluiceError) -> String {
        if let cursor { return cursor }
        throw SluiceError(
            .notIncremental, "nothing says which rows of \(rowsName) are new", remedy: "name a column that grows with new rows: cursor: id")
    }

    /// Tells of rows that have no place in the cursor's order.
    func missing(_ cursor: String) throws(SluiceError) -> [String] {
        if case .table(let info) = rows, info.columns.contains(where: { $0.name == cursor && $0.isNotNull }) { return [] }
        let name = SQLiteConnection.quoted(cursor)
        let found = try SQLiteConnection(path, .read).integer("SELECT 1 FROM \(from) WHERE \(name) IS NULL LIMIT 1")
        return found == nil ? [] : ["rows of \(rowsName) without a value of the cursor \"\(cursor)\" are not read"]
    }
}

/// Rows of a source behind a bookmark, up to about so many bytes.
struct SQLiteSlice: Source {
    let source: SQLiteSource
    let cursor: String
    let bookmark: CursorBookmark?
    let limitBytes: Int64
    let place: CursorPlace

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

    private let rows: SQLiteRowReader
    private let limitBytes: Int64
    private let place: CursorPlace
    private let state: Mutex<State>

    init(_ slice: SQLiteSlice, _ request: SourceRequest) throws(SluiceError) {
        rows = try SQLiteRowReader(
            slice.source, request.columns, further: SQLiteCursor.further(slice.source, slice.cursor, after: slice.bookmark))
        limitBytes = slice.limitBytes
        place = slice.place
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
            state.cursor = isAtEnd || state.bytesRead >= limitBytes ? nil : cursor
            return batch.rowCount == 0 ? nil : batch.finish()
        }
        return read.map { read in DeferredBatch { read } }
    }
}
