import GRDBSQLite
import SluiceCore

/// Rows of a statement, a column at a time: nine bytes for a value, and the bytes of texts and binaries.
struct ResultRows {
    private enum Kind: UInt8 { case null, integer, float, text, binary }

    private struct Cells {
        var kinds: [Kind] = []
        /// Integers, the bits of floating-point numbers, and of texts where they begin in `bytes` (upper half) and how long they are.
        var numbers: [Int64] = []
        var bytes: [UInt8] = []
        var types = ResultTypes()
    }

    private var cells: [Cells]
    private(set) var count = 0
    /// What is held.
    private(set) var byteCount = 0

    init(columns: Int) { cells = [Cells](repeating: Cells(), count: columns) }

    /// What the values of a column show.
    func types(_ column: Int) -> ResultTypes { cells[column].types }

    // MARK: From SQLite

    /// Takes the current row of a statement.
    mutating func append(_ statement: OpaquePointer) {
        for column in cells.indices {
            let (kind, number) = Self.take(statement, Int32(column), into: &cells[column].bytes)
            cells[column].kinds.append(kind)
            cells[column].numbers.append(number)
            switch kind {
            case .null: break
            case .integer: cells[column].types.addInteger(number)
            case .float: cells[column].types.add(.float(0))
            case .text: cells[column].types.add(.string(""))
            case .binary: cells[column].types.add(.binary([]))
            }
            byteCount += 9 + (kind == .text || kind == .binary ? Int(number & 0xFFFF_FFFF) : 0)
        }
        count += 1
    }

    private static func take(_ statement: OpaquePointer, _ column: Int32, into bytes: inout [UInt8]) -> (Kind, Int64) {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return (.integer, sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return (.float, Int64(bitPattern: sqlite3_column_double(statement, column).bitPattern))
        case SQLITE_TEXT:
            let start = sqlite3_column_text(statement, column)
            let text = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
            // A text that SQLite cut out of bytes may be no UTF-8.
            if String(validating: text, as: UTF8.self) == nil {
                return (.text, put(Array(String(decoding: text, as: UTF8.self).utf8), into: &bytes))
            }
            return (.text, put(text, into: &bytes))
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, column)
            let blob = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
            return (.binary, put(blob, into: &bytes))
        default: return (.null, 0)
        }
    }

    private static func put(_ value: some Collection<UInt8>, into bytes: inout [UInt8]) -> Int64 {
        let start = bytes.count
        bytes.append(contentsOf: value)
        return Int64(start) << 32 | Int64(value.count)
    }

    /// Gives a row to an INSERT with a parameter for each column.
    func bind(_ row: Int, to insert: OpaquePointer) {
        for (place, cells) in cells.enumerated() {
            let (number, parameter) = (cells.numbers[row], Int32(place + 1))
            switch cells.kinds[row] {
            case .null: sqlite3_bind_null(insert, parameter)
            case .integer: sqlite3_bind_int64(insert, parameter, number)
            case .float: sqlite3_bind_double(insert, parameter, Double(bitPattern: UInt64(bitPattern: number)))
            case .text, .binary:
                let range = Self.range(number)
                cells.bytes.withUnsafeBufferPointer { bytes in
                    // Without bytes there may be no address, which would mean null.
                    let start = bytes.baseAddress.map { $0 + range.lowerBound } ?? Self.nothing
                    if cells.kinds[row] == .binary {
                        sqlite3_bind_blob(insert, parameter, start, Int32(range.count), CellText.transient)
                    } else {
                        start.withMemoryRebound(to: CChar.self, capacity: range.count) {
                            _ = sqlite3_bind_text(insert, parameter, $0, Int32(range.count), CellText.transient)
                        }
                    }
                }
            }
        }
    }

    /// For texts without bytes, which are no nulls.
    nonisolated(unsafe) private static let nothing: UnsafePointer<UInt8> = {
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
        memory.initialize(to: 0)
        return UnsafePointer(memory)
    }()

    private static func range(_ number: Int64) -> Range<Int> {
        let start = Int(number >> 32)
        return start..<(start + Int(number & 0xFFFF_FFFF))
    }

    // MARK: To columns

    /// A column of some rows, with the field's type.
    ///
    /// - Throws: `valueDoesNotFit` for a value that is none of the type.
    func column(_ place: Int, _ field: Field, _ rows: Range<Int>) throws -> Column {
        let own = cells[place]
        let kinds = own.kinds[rows]
        switch field.type {
        case .int64 where kinds.allSatisfy({ $0 == .integer || $0 == .null }):
            return Column(.int64, .int64(Array(own.numbers[rows])), validity: Self.validity(kinds))
        case .float64 where kinds.allSatisfy({ $0 == .float || $0 == .null }):
            let values = own.numbers[rows].map { Double(bitPattern: UInt64(bitPattern: $0)) }
            return Column(.float64, .float64(values), validity: Self.validity(kinds))
        case .string where kinds.allSatisfy({ $0 == .text || $0 == .null }):
            var texts = ByteRows(reservingRows: rows.count, bytes: 0)
            for row in rows { texts.append(own.bytes[Self.range(own.numbers[row])]) }
            return Column(.string, .bytes(texts), validity: Self.validity(kinds))
        default: return try built(field, rows.map { value(place, $0) })
        }
    }

    private static func validity(_ kinds: ArraySlice<Kind>) -> Bitmap? {
        kinds.contains(.null) ? Bitmap(kinds.lazy.map { $0 != .null }) : nil
    }

    private func value(_ place: Int, _ row: Int) -> Value {
        let own = cells[place]
        let number = own.numbers[row]
        return switch own.kinds[row] {
        case .null: .null
        case .integer: .integer(number)
        case .float: .float(Double(bitPattern: UInt64(bitPattern: number)))
        case .text: .string(String(decoding: own.bytes[Self.range(number)], as: UTF8.self))
        case .binary: .binary(Array(own.bytes[Self.range(number)]))
        }
    }

    private func built(_ field: Field, _ values: [Value]) throws -> Column {
        var converted: [Value] = []
        converted.reserveCapacity(values.count)
        for value in values {
            guard let fitting = value.asResult(field.type) else {
                throw SluiceError(
                    .valueDoesNotFit, "column \"\(field.name)\" is \(field.type), and the query has \(value.json) in it",
                    remedy: "write the column as an expression, such as coalesce(\(field.name), NULL), so that its values show the type")
            }
            converted.append(fitting)
        }
        do throws(RowError) {
            return try ColumnBuilder.column(field.type, converted)
        } catch {
            throw SluiceError(error.code, "column \"\(field.name)\": \(error.message)")
        }
    }
}
