import SluiceCore

/// The columns of one struct (a batch, or a struct column of it) while its rows are decoded one by one.
///
/// A type asks for its keys in the same order for every row, so each key is looked for once a batch and then found by its turn.
/// Owned by one decoding; not shared.
final class RowColumns {
    let columns: [Column]
    private let names: [String: Int]
    private var asked: [(key: String, column: Int?)] = []
    private var turn = 0
    private var children: [Int: RowColumns] = [:]
    /// The path of the struct for messages: empty for the batch.
    private let prefix: String

    init(_ fields: [Field], _ columns: [Column], prefix: String = "") {
        self.columns = columns
        self.prefix = prefix
        names = Dictionary(fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func startRow() { turn = 0 }

    /// Position of the column with a key's name; nil if there is none.
    func position(of key: String) -> Int? {
        if turn < asked.count, asked[turn].key == key {
            turn += 1
            return asked[turn - 1].column
        }
        let column = names[key]
        if turn == asked.count {
            asked.append((key, column))
            turn += 1
        }
        return column
    }

    func path(_ key: String) -> String { prefix + key }

    /// The members of a struct column; made once.
    func child(_ position: Int, key: String) -> RowColumns? {
        if let child = children[position] { return child }
        guard case .structure(let fields) = columns[position].type, case .structure(let members, _) = columns[position].storage else {
            return nil
        }
        let child = RowColumns(fields, members, prefix: path(key) + ".")
        children[position] = child
        return child
    }

    var allNames: [String] { names.keys.sorted() }
}

/// One cell: a row of a column, with its path for messages. Reads the storage directly.
struct Cell {
    let column: Column
    let row: Int
    let path: String

    var isNull: Bool { column.isNull(row) }

    func mismatch(_ wanted: String) -> RowError {
        RowError(.valueDoesNotFit, "column \"\(path)\" has the type \(column.type) and cannot become \(wanted)", column: path)
    }

    func misfit(_ wanted: String) -> RowError {
        RowError(.valueDoesNotFit, "value \(column[row].json) of column \"\(path)\" does not fit \(wanted)", column: path)
    }

    func requireValue(_ wanted: String) throws(RowError) {
        if isNull {
            throw RowError(.valueDoesNotFit, "column \"\(path)\" is null, but the row's \(wanted) is not optional", column: path)
        }
    }

    func boolean() throws(RowError) -> Bool {
        try requireValue("Bool")
        guard case .boolean(let bits) = column.storage else { throw mismatch("Bool") }
        return bits[row]
    }

    func integer<Number: FixedWidthInteger>(_: Number.Type) throws(RowError) -> Number {
        try requireValue("\(Number.self)")
        guard column.type.isInteger else { throw mismatch("\(Number.self)") }
        let number: Int64
        switch column.storage {
        case .int8(let values): number = Int64(values[row])
        case .int16(let values): number = Int64(values[row])
        case .int32(let values): number = Int64(values[row])
        case .int64(let values): number = values[row]
        default: throw mismatch("\(Number.self)")
        }
        guard let exact = Number(exactly: number) else { throw misfit("\(Number.self)") }
        return exact
    }

    /// Whole numbers widen; a whole number beyond 2^53 and a value that a `Float` would round do not fit.
    func float<Number: BinaryFloatingPoint>(_: Number.Type) throws(RowError) -> Number {
        try requireValue("\(Number.self)")
        switch column.storage {
        case .float64(let values):
            if let exact = Number(exactly: values[row]) { return exact }
            if values[row].isNaN { return .nan }
            throw misfit("\(Number.self)")
        case .float32(let values): return Number(values[row])
        case _ where column.type.isInteger:
            guard let exact = Number(exactly: try integer(Int64.self)) else { throw misfit("\(Number.self)") }
            return exact
        default: throw mismatch("\(Number.self)")
        }
    }

    /// Text as it is; decimals, dates and times as their exact text.
    func text() throws(RowError) -> String {
        try requireValue("String")
        switch (column.type, column.storage) {
        case (.string, .bytes(let rows)): return rows.text(row)
        case (.string, .dictionary(let codes, let values)): return values.text(Int(codes[row]))
        case (.decimal, _), (.date, _), (.timestamp, _): return column[row].description
        default: throw mismatch("String")
        }
    }

    func bytes() throws(RowError) -> [UInt8] {
        try requireValue("[UInt8]")
        guard case .binary(let bytes) = column[row] else { throw mismatch("[UInt8]") }
        return bytes
    }

    /// Microseconds since 1970-01-01T00:00:00; a date is its midnight.
    func micros(_ wanted: String) throws(RowError) -> Int64 {
        try requireValue(wanted)
        switch (column.type, column.storage) {
        case (.timestamp, .int64(let values)): return values[row]
        case (.date, .int32(let days)): return Int64(days[row]) * TimeText.microsPerDay
        default: throw mismatch(wanted)
        }
    }

    func date() throws(RowError) -> CivilDate {
        try requireValue("CivilDate")
        guard case .date = column.type, case .int32(let days) = column.storage else { throw mismatch("CivilDate") }
        return CivilDate(daysSinceEpoch: Int(days[row]))
    }
}
