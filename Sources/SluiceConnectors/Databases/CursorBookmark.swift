import SluiceCore
import SluicePipelines

/// How far a table or query was read by a column that grows: the last value, and which rows with just this value were read.
struct CursorBookmark: Codable, Hashable, Sendable {
    /// The column's name.
    var cursor: String
    /// The value's class or type, as the database names it.
    var kind: String
    /// The value in a form that the database reads.
    var value: String
    /// The columns whose values the hashes are made of: a table may be given more.
    var columns: [String]
    /// Hashes of the rows that were read with the value, as hexadecimal digits.
    var seen: [String]

    /// - Throws: `stateMismatch` where a column is gone by which rows are told apart.
    func checkColumns(in names: [String], of rows: String) throws(SluiceError) {
        guard !seen.isEmpty, let gone = columns.first(where: { !names.contains($0) }) else { return }
        throw SluiceError(
            .stateMismatch, "\(rows) has no column \"\(gone)\" any more, by which rows with one value of \"\(cursor)\" were told apart",
            remedy: "begin anew with --reset, or read it by a query that has the column")
    }

    /// - Throws: `stateCorrupt`; `stateMismatch` for the bookmark of another column.
    static func stored(_ bytes: [UInt8]?, cursor: String, of rows: String) throws(SluiceError) -> CursorBookmark? {
        guard let bytes else { return nil }
        let bookmark = try SettingsText.value(CursorBookmark.self, bytes, of: "bookmark")
        guard bookmark.cursor == cursor else {
            throw SluiceError(
                .stateMismatch, "\(rows) was read by the cursor \"\(bookmark.cursor)\", not by \"\(cursor)\"",
                remedy: "go on with the old one, or begin anew with --reset")
        }
        return bookmark
    }

    /// The value for people.
    var shown: String { kind == "real" ? UInt64(value).map { "\(Double(bitPattern: $0))" } ?? value : value }

    func bytes() throws(SluiceError) -> [UInt8] { Array(try SettingsText.text(self).utf8) }
}

/// Goes through rows in the order of a cursor column, from the last value that was read, and tells which of them are new.
struct CursorTracker<Position: Sendable>: Sendable {
    /// Rows that were read before, by their hash; equal rows are counted.
    private var known: [UInt64: Int] = [:]
    /// The value up to which rows are known.
    private let start: Position?
    /// The value of the last row.
    private(set) var last: Position?
    /// Hashes of all rows that were ever read with the last value.
    private(set) var seen: [UInt64]
    private let isEqual: @Sendable (Position, Position) -> Bool

    init(from start: Position?, seen: [UInt64], isEqual: @escaping @Sendable (Position, Position) -> Bool) {
        self.start = start
        last = start
        self.seen = seen
        self.isEqual = isEqual
        for hash in seen { known[hash, default: 0] += 1 }
    }

    /// - Returns: Whether the row was not read before; then it counts as read.
    /// - Throws: `limitExceeded` where too many rows have one value.
    mutating func take(_ value: Position, hash: UInt64, cursor: String) throws(SluiceError) -> Bool {
        if let start, let count = known[hash], count > 0, isEqual(value, start) {
            known[hash] = count - 1
            return false
        }
        if let last, isEqual(value, last) {
            guard seen.count < DatabaseLimits.tiedRows else {
                throw SluiceError(
                    .limitExceeded, "over \(DatabaseLimits.tiedRows) rows have one value of the cursor \"\(cursor)\"",
                    remedy: "use a column with more different values, such as a number that counts rows")
            }
            seen.append(hash)
        } else {
            last = value
            seen = [hash]
        }
        return true
    }
}
