import SluiceCore
import SluicePipelines
import SluiceSQLite
import Synchronization

/// Rows by the time, or the number, in their cursor column.
extension SQLiteSource: BackfillSource {
    func cut(_ request: BackfillRequest) async throws -> BackfillCut {
        var units = try CursorUnits(request, cursor: cursor, of: rowsName, schema)
        guard let cursor else { preconditionFailure("units are those of a cursor") }
        let range = try SQLiteRange(self, cursor, units.span)
        let connection = try SQLiteConnection(path, .read)
        var strangers = 0
        if let step = units.numberStep {
            let name = SQLiteConnection.column(cursor)
            let condition = range.condition + " AND typeof(\(name)) = 'integer'"
            let statement = try connection.prepare(
                "SELECT \(name) / \(step), count(*), max(\(name)) FROM \(from)\(condition) GROUP BY 1")
            try range.bind(statement)
            while try statement.step() {
                let tally = CursorTally(rowCount: statement.integer(1), last: String(statement.integer(2)))
                try units.count(at: statement.integer(0), tally)
            }
        } else {
            let statement = try connection.prepare("SELECT \(SQLiteConnection.column(cursor)) FROM \(from)\(range.condition)")
            try range.bind(statement)
            while try statement.step() {
                guard let micros = range.micros(statement, 0) else {
                    strangers += 1
                    continue
                }
                try units.count(micros: micros, String(decoding: statement.bytes(0), as: UTF8.self))
            }
        }
        var notices = try missing(cursor)
        if strangers > 0 { notices.append("\(strangers) rows of \(rowsName) have no time in \"\(cursor)\", and are in no unit") }
        return units.cut(notices: notices) { SQLiteRange(range, $0) }
    }
}

/// Rows of a source whose cursor is in a stretch.
struct SQLiteRange: Source {
    private let source: SQLiteSource
    private let cursor: String
    private let span: CursorSpan
    /// Of the cursor.
    private let type: DataType

    init(_ source: SQLiteSource, _ cursor: String, _ span: CursorSpan) throws(SluiceError) {
        self.source = source
        self.cursor = cursor
        self.span = span
        type = source.schema.fields[try source.schema.require(cursor)].type
    }

    /// A stretch of another.
    init(_ whole: SQLiteRange, _ span: CursorSpan) {
        (source, cursor, type) = (whole.source, whole.cursor, whole.type)
        self.span = span
    }

    var schema: Schema { source.schema }
    var notices: [String] { source.notices }

    func splits() async throws -> [SourceSplit] { [SourceSplit(id: "rows of \(span.name)", bytes: nil)] }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader { try Reader(self, request) }

    /// Limits a statement to the stretch, or to a little more where it is one of time.
    var condition: String {
        let name = SQLiteConnection.column(cursor) + " COLLATE BINARY"
        return " WHERE \(name) >= ? AND \(name) < ?"
    }

    func bind(_ statement: SQLiteStatement) throws(SluiceError) {
        switch span {
        case .numbers(let range):
            try statement.bind(range.lowerBound, at: 0)
            try statement.bind(range.upperBound, at: 1)
        case .time(let range):
            // Texts of times begin with the day, which may be that of another zone.
            try statement.bind(.text(Self.day(range.startMicros, -1)), at: 0)
            try statement.bind(.text(Self.day(range.endMicros, 2)), at: 1)
        }
    }

    private static func day(_ micros: Int64, _ days: Int64) -> String {
        String(TimeRange.text(micros + days * 86_400_000_000).prefix(10))
    }

    /// The time in a column of a statement's row, in microseconds since 1970; nil where there is none of the cursor's type.
    func micros(_ statement: SQLiteStatement, _ place: Int) -> Int64? {
        guard statement.kind(place) == .text else { return nil }
        switch type {
        case .date: return TimeText.date(statement.bytes(place)).map { Int64($0) * 86_400_000_000 }
        case .timestamp(let zoned):
            guard let time = TimeText.timestamp(statement.bytes(place)), zoned || time.offsetSeconds == nil else { return nil }
            return time.utcMicros
        default: return nil
        }
    }

    /// Whether the row is in the stretch.
    private func has(_ statement: SQLiteStatement, _ place: Int) -> Bool {
        switch span {
        case .numbers: statement.kind(place) == .integer
        case .time(let range): micros(statement, place).map(range.contains) ?? false
        }
    }

    private final class Reader: SplitReader {
        private struct State {
            var statement: SQLiteStatement?
            var bytesRead: Int64 = 0
            var rowCount: Int64 = 0
        }

        private let range: SQLiteRange
        private let rows: SQLiteRowReader
        private let state: Mutex<State>

        init(_ range: SQLiteRange, _ request: SourceRequest) throws(SluiceError) {
            self.range = range
            rows = try SQLiteRowReader(range.source, request.columns, further: [SQLiteConnection.column(range.cursor)])
            let order = range.source.rowid.map { " ORDER BY \($0)" } ?? ""
            let statement = try SQLiteConnection(range.source.path, .read).prepare(rows.select + range.condition + order)
            try range.bind(statement)
            state = Mutex(State(statement: statement))
        }

        var bytesRead: Int64 { state.withLock { $0.bytesRead } }

        func next() async throws -> (any SplitPiece)? {
            let read: ReadBatch? = try state.withLock { state throws(SluiceError) in
                guard let statement = state.statement else { return nil }
                var batch = rows.batch()
                while !batch.isFull {
                    guard try statement.step() else {
                        state.statement = nil
                        break
                    }
                    state.rowCount += 1
                    if range.has(statement, rows.firstFurther) { batch.take(statement, number: state.rowCount) }
                }
                state.bytesRead += batch.byteCount
                return batch.rowCount == 0 ? nil : batch.finish()
            }
            return read.map { read in DeferredBatch { read } }
        }
    }
}
