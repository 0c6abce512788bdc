import SluiceCore
import SluiceSQLite

/// Takes apart what `SQLiteRowEncoder` makes.
enum SQLiteRowBinder {
    /// A cell, whose bytes are a part of the row's.
    private enum Cell {
        case null
        case integer(Int64)
        case real(Double)
        case text(UnsafeRawBufferPointer)
        case blob(UnsafeRawBufferPointer)
    }

    /// Gives the cells of a row to a statement. The bytes of texts stay where they are, so it is carried out before `row` goes.
    ///
    /// - Throws: `stateCorrupt` for a row that the encoder did not make.
    static func bind(_ row: UnsafeRawBufferPointer, columns: Int, to statement: SQLiteStatement) throws(SluiceError) {
        try forEachCell(row, columns: columns) { column, cell throws(SluiceError) in
            switch cell {
            case .null: try statement.bindNull(at: column)
            case .integer(let number): try statement.bind(number, at: column)
            case .real(let number): try statement.bind(number, at: column)
            case .text(let bytes): try statement.bindText(bytes, at: column)
            case .blob(let bytes): try statement.bindBlob(bytes, at: column)
            }
        }
    }

    /// As `bind`, for messages.
    static func values(_ row: UnsafeRawBufferPointer, columns: Int) throws(SluiceError) -> [Value] {
        var values: [Value] = []
        try forEachCell(row, columns: columns) { _, cell throws(SluiceError) in
            let value: Value =
                switch cell {
                case .null: .null
                case .integer(let number): .integer(number)
                case .real(let number): .float(number)
                case .text(let bytes): .string(String(decoding: bytes, as: UTF8.self))
                case .blob(let bytes): .binary(Array(bytes))
                }
            values.append(value)
        }
        return values
    }

    private static func forEachCell(
        _ row: UnsafeRawBufferPointer, columns: Int, _ body: (Int, Cell) throws(SluiceError) -> Void
    ) throws(SluiceError) {
        var place = 0
        for column in 0..<columns {
            guard place < row.count, let kind = SQLiteKind(rawValue: row[place]) else { throw damaged() }
            place += 1
            switch kind {
            case .null: try body(column, .null)
            case .integer, .real:
                guard row.count - place >= 8 else { throw damaged() }
                let number = UInt64(littleEndian: row.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                place += 8
                try body(column, kind == .integer ? .integer(Int64(bitPattern: number)) : .real(Double(bitPattern: number)))
            case .text, .blob:
                guard row.count - place >= 4 else { throw damaged() }
                let length = Int(UInt32(littleEndian: row.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
                place += 4
                guard row.count - place >= length else { throw damaged() }
                let bytes = UnsafeRawBufferPointer(rebasing: row[place..<place + length])
                place += length
                try body(column, kind == .text ? .text(bytes) : .blob(bytes))
            }
        }
        guard place == row.count else { throw damaged() }
    }

    private static func damaged() -> SluiceError { SluiceError(.stateCorrupt, "a staged row for a SQLite table is damaged") }
}

extension ByteRows {
    /// Calls `body` with the bytes of a row, without a copy.
    func withRowBytes<Failure: Error>(_ row: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        try data.withUnsafeBufferPointer { bytes throws(Failure) in
            try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[range(row)])))
        }
    }
}
