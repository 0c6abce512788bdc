import SluiceCore
import SluicePipelines
import SluiceSQLite

/// Which values of a cursor column have a place in its order. SQLite keeps values of any class in a column, and times as texts, whose order is that
/// of the times only where all are written in one way.
struct SQLiteCursorOrder {
    private enum Kind: Equatable {
        case numbers, dates
        case times(zoned: Bool)
        /// Columns without a type that says more: all values, as SQLite orders them.
        case values
    }

    /// The furthest that a clock is from UTC.
    private static let furthestZoneMicros: Int64 = 18 * 3_600_000_000

    let cursor: String
    /// What is read, for messages.
    private let rows: String
    private let kind: Kind

    init(_ source: SQLiteSource, _ cursor: String) throws(SluiceError) {
        self.cursor = cursor
        rows = source.rowsName
        kind =
            switch source.schema.fields[try source.schema.require(cursor)].type {
            case .int8, .int16, .int32, .int64, .float32, .float64, .decimal: .numbers
            case .date: .dates
            case .timestamp(let zoned): .times(zoned: zoned)
            default: .values
            }
    }

    /// Whether values are read as times, whose order is looked at.
    var isOfTime: Bool { kind != .numbers && kind != .values }

    /// The column, as it is ordered and compared.
    var name: String { SQLiteConnection.column(cursor) + " COLLATE BINARY" }

    /// ` AND …` for classes of values without a place in the order; empty where all have one.
    var ofClass: String {
        switch kind {
        case .numbers: " AND typeof(\(SQLiteConnection.column(cursor))) IN ('integer', 'real')"
        case .dates, .times: " AND typeof(\(SQLiteConnection.column(cursor))) = 'text'"
        case .values: ""
        }
    }

    /// Conditions for values of other classes, each of which an index answers: SQLite orders numbers before texts, and these before bytes.
    var strangers: [String] {
        switch kind {
        case .numbers: ["\(name) >= ''"]
        case .dates, .times: ["\(name) < ''", "\(name) >= x''"]
        case .values: []
        }
    }

    /// Microseconds since 1970 of a date or time; nil for a text that is none of the column's type.
    func micros(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        switch kind {
        case .dates: return TimeText.date(text).map { Int64($0) * TimeText.microsPerDay }
        case .times(let zoned):
            guard let time = TimeText.timestamp(text), zoned || time.offsetSeconds == nil else { return nil }
            return time.utcMicros
        case .numbers, .values: return nil
        }
    }

    /// The time of a bookmark; nil where the order is not one of time.
    ///
    /// - Throws: `stateMismatch` for a bookmark without a place in the order, which earlier versions kept.
    func micros(of start: SQLiteValue) throws(SluiceError) -> Int64? {
        switch (kind, start) {
        case (.values, _), (.numbers, .integer), (.numbers, .real): return nil
        case (.dates, .text(let bytes)), (.times, .text(let bytes)):
            if let micros = bytes.withUnsafeBufferPointer(micros) { return micros }
        default: break
        }
        throw SluiceError(
            .stateMismatch, "\(rows) was read up to a value of the cursor \"\(cursor)\" that does not fit the column's type",
            remedy: "begin anew with --reset, which reads all rows again")
    }

    /// The bounds of texts before a bookmark that may be later times than it; nil where there are none.
    private func before(_ text: [UInt8], micros: Int64) -> (from: [UInt8], below: [UInt8])? {
        switch kind {
        case .times(zoned: true): return (Self.day(micros - Self.furthestZoneMicros), text)
        // Texts of one day with a blank in the middle stand before those with a T.
        case .times(zoned: false):
            guard text.count > 10, text[10] != 0x20 else { return nil }
            return (Array(text[..<10]) + [0x20], Array(text[..<11]))
        case .numbers, .dates, .values: return nil
        }
    }

    private static func day(_ micros: Int64) -> [UInt8] { Array(TimeRange.text(micros).utf8.prefix(10)) }

    /// Looks for rows that came later, but whose texts stand before the bookmark.
    ///
    /// - Throws: `notIncremental` where there are some.
    func checkHidden(_ source: SQLiteSource, behind start: SQLiteValue) throws(SluiceError) {
        guard let reached = try micros(of: start), case .text(let text) = start, let bounds = before(text, micros: reached) else { return }
        let statement = try SQLiteConnection(source.path, .read).prepare(
            "SELECT \(SQLiteConnection.column(cursor)) FROM \(source.from) WHERE \(name) >= ? AND \(name) < ?" + ofClass)
        try statement.bind(.text(bounds.from), at: 0)
        try statement.bind(.text(bounds.below), at: 1)
        while try statement.step() {
            if let micros = micros(statement.bytes(0)), micros > reached { throw mixed(statement.bytes(0), text) }
        }
    }

    /// The error for a time that stands before an earlier one.
    func mixed(_ one: some Sequence<UInt8>, _ other: some Sequence<UInt8>) -> SluiceError {
        let texts = [Array(one), Array(other)].map { String(decoding: $0, as: UTF8.self).quotedForMessage }
        return SluiceError(
            .notIncremental,
            "the cursor \"\(cursor)\" of \(rows) has times that are written in several ways: \(texts[0]) is later than \(texts[1]), and stands "
                + "before it, so what is new cannot be told by it",
            remedy: "read a query that writes them in one way: query: SELECT *, strftime('%Y-%m-%dT%H:%M:%fZ', "
                + "\(SQLiteConnection.quoted(cursor))) AS read_by FROM …, with cursor: read_by")
    }
}
