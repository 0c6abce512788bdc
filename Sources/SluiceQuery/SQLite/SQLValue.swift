import GRDBSQLite
import SluiceCore

/// Values as they come from SQLite.
enum SQLValue {
    static func value(_ value: OpaquePointer?) -> Value {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: return .integer(sqlite3_value_int64(value))
        case SQLITE_FLOAT: return .float(sqlite3_value_double(value))
        case SQLITE_TEXT:
            let start = sqlite3_value_text(value)
            return .string(String(decoding: UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value))), as: UTF8.self))
        case SQLITE_BLOB:
            let start = sqlite3_value_blob(value)
            return .binary([UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))))
        default: return .null
        }
    }

    /// The values of a list of IN; nil where there are more than are wanted.
    static func list(_ value: OpaquePointer?, most: Int) -> [Value]? {
        var values: [Value] = []
        var item: OpaquePointer?
        var status = sqlite3_vtab_in_first(value, &item)
        while status == SQLITE_OK, let found = item {
            guard values.count < most else { return nil }
            values.append(Self.value(found))
            status = sqlite3_vtab_in_next(value, &item)
        }
        return status == SQLITE_DONE || status == SQLITE_OK ? values : nil
    }

    /// A column of a statement's current row.
    static func value(_ statement: OpaquePointer?, _ column: Int32) -> Value {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .float(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            let start = sqlite3_column_text(statement, column)
            return .string(
                String(decoding: UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))), as: UTF8.self))
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, column)
            return .binary([UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))))
        default: return .null
        }
    }

    /// What values that SQLite may find equal to this one have in common; nil for null.
    static func key(_ value: OpaquePointer?) -> UInt64? {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: return EqualityKey.of(sqlite3_value_int64(value))
        case SQLITE_FLOAT: return EqualityKey.of(sqlite3_value_double(value))
        case SQLITE_TEXT:
            let start = sqlite3_value_text(value)
            return EqualityKey.of(text: UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value))))
        case SQLITE_BLOB:
            let start = sqlite3_value_blob(value)?.assumingMemoryBound(to: UInt8.self)
            return EqualityKey.of(bytes: UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value))))
        default: return nil
        }
    }
}
