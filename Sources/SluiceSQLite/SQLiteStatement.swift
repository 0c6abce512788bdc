import GRDBSQLite
package import SluiceCore

/// One value in the classes that SQLite stores.
package enum SQLiteValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text([UInt8])
    case blob([UInt8])

    package static func text(_ text: String) -> SQLiteValue { .text(Array(text.utf8)) }
}

/// How SQLite stores a value, whatever type its column has.
package enum SQLiteKind: UInt8, Hashable, Sendable {
    case null, integer, real, text, blob
}

/// A prepared statement, used by one task at a time; columns and parameters count from 0.
package final class SQLiteStatement: @unchecked Sendable {
    private let connection: SQLiteConnection
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: Carrying out

    /// Goes on to the next row.
    ///
    /// - Returns: Whether there is one.
    package func step() throws(SluiceError) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else {
            let failure = connection.failure(code, isReadOnly ? "read" : "write")
            sqlite3_reset(handle)
            throw failure
        }
        return false
    }

    /// Carries out a statement that gives no rows, and makes it ready for the next time; parameters keep their values.
    package func run() throws(SluiceError) {
        _ = try step()
        sqlite3_reset(handle)
    }

    /// Begins anew.
    package func reset() { sqlite3_reset(handle) }

    /// Whether it cannot change the database.
    package var isReadOnly: Bool { sqlite3_stmt_readonly(handle) != 0 }

    package var parameterCount: Int { Int(sqlite3_bind_parameter_count(handle)) }

    // MARK: Parameters

    package func bind(_ value: SQLiteValue, at index: Int) throws(SluiceError) {
        switch value {
        case .null: try bindNull(at: index)
        case .integer(let number): try check(sqlite3_bind_int64(handle, Int32(index + 1), number))
        case .real(let number): try check(sqlite3_bind_double(handle, Int32(index + 1), number))
        case .text(let text):
            try text.withUnsafeBufferPointer { bytes throws(SluiceError) in
                try bindText(UnsafeRawBufferPointer(bytes), at: index, copies: true)
            }
        case .blob(let blob):
            try blob.withUnsafeBufferPointer { bytes throws(SluiceError) in
                try bindBlob(UnsafeRawBufferPointer(bytes), at: index, copies: true)
            }
        }
    }

    package func bindNull(at index: Int) throws(SluiceError) { try check(sqlite3_bind_null(handle, Int32(index + 1))) }
    package func bind(_ number: Int64, at index: Int) throws(SluiceError) {
        try check(sqlite3_bind_int64(handle, Int32(index + 1), number))
    }
    package func bind(_ number: Double, at index: Int) throws(SluiceError) {
        try check(sqlite3_bind_double(handle, Int32(index + 1), number))
    }

    /// - Parameter copies: Whether SQLite keeps the bytes; otherwise they stay where they are until the statement was carried out.
    package func bindText(_ bytes: UnsafeRawBufferPointer, at index: Int, copies: Bool = false) throws(SluiceError) {
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        try check(
            sqlite3_bind_text64(
                handle, Int32(index + 1), start ?? Self.nothing, UInt64(bytes.count), copies ? Self.transient : nil, UInt8(SQLITE_UTF8)))
    }

    /// As `bindText`.
    package func bindBlob(_ bytes: UnsafeRawBufferPointer, at index: Int, copies: Bool = false) throws(SluiceError) {
        let start = bytes.baseAddress ?? UnsafeRawPointer(Self.nothing)
        try check(sqlite3_bind_blob64(handle, Int32(index + 1), start, UInt64(bytes.count), copies ? Self.transient : nil))
    }

    private func check(_ code: Int32) throws(SluiceError) {
        if code != SQLITE_OK { throw connection.failure(code, "write") }
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    /// An address for texts without bytes, which are not null.
    private nonisolated(unsafe) static let nothing: UnsafePointer<CChar> = UnsafePointer(UnsafeMutablePointer<CChar>.allocate(capacity: 1))

    // MARK: Columns of the row

    package var columnCount: Int { Int(sqlite3_column_count(handle)) }
    package func name(_ column: Int) -> String { String(cString: sqlite3_column_name(handle, Int32(column))) }

    /// The type with which the column was declared where it is one of a table; nil for an expression, and for a column without a type.
    package func declaredType(_ column: Int) -> String? { sqlite3_column_decltype(handle, Int32(column)).map { String(cString: $0) } }

    package func kind(_ column: Int) -> SQLiteKind {
        switch sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    package func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }
    package func real(_ column: Int) -> Double { sqlite3_column_double(handle, Int32(column)) }

    /// The bytes of a text or blob, which are valid until the next step. A number must not be asked for so: SQLite would change it.
    package func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        let start = sqlite3_column_blob(handle, Int32(column))
        return UnsafeBufferPointer(
            start: start?.assumingMemoryBound(to: UInt8.self), count: Int(sqlite3_column_bytes(handle, Int32(column))))
    }

    /// Bytes of a cell: those of a text or blob, 8 of a number.
    package func byteCount(_ column: Int) -> Int {
        switch kind(column) {
        case .null: 0
        case .integer, .real: 8
        case .text, .blob: Int(sqlite3_column_bytes(handle, Int32(column)))
        }
    }

    package func value(_ column: Int) -> SQLiteValue {
        switch kind(column) {
        case .null: .null
        case .integer: .integer(integer(column))
        case .real: .real(real(column))
        case .text: .text(Array(bytes(column)))
        case .blob: .blob(Array(bytes(column)))
        }
    }

    /// A text; nil for everything else.
    package func text(_ column: Int) -> String? { kind(column) == .text ? String(decoding: bytes(column), as: UTF8.self) : nil }
}
