import SluiceCore
import SluiceSQLite

/// A statement over the rows at and behind a bookmark, in the order of the cursor column.
struct SQLiteCursor {
    let statement: SQLiteStatement
    private let order: SQLiteCursorOrder
    private let firstFurther: Int
    private let hasNumber: Bool
    private let hashed: [String]
    private var tracker: CursorTracker<SQLiteValue>
    /// The last value's time, where the order is one of time.
    private var latest: Int64?
    /// Rows without a time in the column, which are not read.
    private(set) var strangers = 0

    /// - Parameter rows: What is read of each row; it has `further(_:)` as its further expressions.
    init(_ source: SQLiteSource, _ cursor: String, after bookmark: CursorBookmark?, _ rows: SQLiteRowReader) throws(SluiceError) {
        let start = try bookmark.map { bookmark throws(SluiceError) in try SQLiteValue(bookmark) }
        order = try SQLiteCursorOrder(source, cursor)
        firstFurther = rows.firstFurther
        hasNumber = source.rowid != nil
        hashed = Self.hashed(source, bookmark)
        tracker = CursorTracker(
            from: start, seen: bookmark?.seen.compactMap { UInt64($0, radix: 16) } ?? [], isEqual: SQLiteValue.isEqualInOrder)
        let keys = [order.name, source.rowid].compactMap(\.self).joined(separator: ", ")
        let condition = order.name + (start == nil ? " IS NOT NULL" : " >= ?") + order.ofClass
        statement = try SQLiteConnection(source.path, .read).prepare(rows.select + " WHERE \(condition) ORDER BY \(keys)")
        if let start {
            latest = try order.micros(of: start)
            try statement.bind(start, at: 0)
        }
    }

    /// The cursor's value, and the columns by which rows with one value are told apart.
    static func further(_ source: SQLiteSource, _ cursor: String, after bookmark: CursorBookmark?) -> [String] {
        ([cursor] + hashed(source, bookmark)).map(SQLiteConnection.quoted)
    }

    private static func hashed(_ source: SQLiteSource, _ bookmark: CursorBookmark?) -> [String] { bookmark?.columns ?? source.schema.names }

    /// Goes on to the next row that was not read before.
    ///
    /// - Returns: Whether there is one.
    /// - Throws: `notIncremental` where a time comes behind a later one.
    mutating func step() throws(SluiceError) -> Bool {
        while try statement.step() {
            if order.isOfTime, try !takesTime() { continue }
            if try tracker.take(statement.value(firstFurther), hash: hash(), cursor: order.cursor) { return true }
        }
        return false
    }

    /// - Returns: Whether the row has a time.
    private mutating func takesTime() throws(SluiceError) -> Bool {
        let text = statement.bytes(firstFurther)
        guard let micros = order.micros(text) else {
            strangers += 1
            return false
        }
        if let latest, micros < latest, case .text(let last)? = tracker.last { throw order.mixed(last, text) }
        latest = micros
        return true
    }

    private func hash() -> UInt64 {
        var hash = StableHash()
        if hasNumber { hash.add(UInt64(bitPattern: statement.integer(0))) }
        for place in (firstFurther + 1)..<statement.columnCount {
            let kind = statement.kind(place)
            hash.add(kind.rawValue)
            switch kind {
            case .null: break
            case .integer: hash.add(UInt64(bitPattern: statement.integer(place)))
            case .real: hash.add(statement.real(place).bitPattern)
            case .text, .blob:
                let bytes = statement.bytes(place)
                hash.add(UInt64(bytes.count))
                for byte in bytes { hash.add(byte) }
            }
        }
        return hash.value
    }

    /// Behind the last row; nil before the first.
    var bookmark: CursorBookmark? {
        guard let last = tracker.last else { return nil }
        let (kind, value) = last.stored
        return CursorBookmark(cursor: order.cursor, kind: kind, value: value, columns: hashed, seen: tracker.seen.map(\.hexadecimal))
    }
}

extension SQLiteValue {
    /// The class's name and a text that gives the value back.
    fileprivate var stored: (kind: String, value: String) {
        switch self {
        case .null: ("null", "")
        case .integer(let number): ("integer", String(number))
        case .real(let number): ("real", String(number.bitPattern))
        case .text(let bytes): String(validating: bytes, as: UTF8.self).map { ("text", $0) } ?? ("bytes", Hexadecimal.text(bytes))
        case .blob(let bytes): ("blob", Hexadecimal.text(bytes))
        }
    }

    /// - Throws: `stateCorrupt`.
    init(_ bookmark: CursorBookmark) throws(SluiceError) {
        let value: SQLiteValue? =
            switch bookmark.kind {
            case "integer": Int64(bookmark.value).map { .integer($0) }
            case "real": UInt64(bookmark.value).map { .real(Double(bitPattern: $0)) }
            case "text": .text(bookmark.value)
            case "bytes": Hexadecimal.bytes(bookmark.value.utf8).map { .text($0) }
            case "blob": Hexadecimal.bytes(bookmark.value.utf8).map { .blob($0) }
            default: nil
            }
        guard let value else {
            throw SluiceError(.stateCorrupt, "the bookmark of a cursor is damaged", remedy: "begin anew with --reset")
        }
        self = value
    }

    /// Whether SQLite takes two values for equal; a whole number may be stored in two ways.
    @Sendable fileprivate static func isEqualInOrder(_ a: SQLiteValue, _ b: SQLiteValue) -> Bool {
        switch (a, b) {
        case (.integer(let whole), .real(let number)), (.real(let number), .integer(let whole)): Int64(exactly: number) == whole
        default: a == b
        }
    }
}
