import GRDBSQLite
import SluiceCore

/// The rows of a statement as batches of one schema. Only the session's thread uses it.
///
/// Columns that the statement passes on as they are have the type that they were declared with. For others values show it: the first rows are
/// looked at, and where there are more, all rows go into a temporary table before the first is given on, so that the type holds for every one.
final class StatementRows: @unchecked Sendable {
    private let session: SQLiteSession
    private var statement: OpaquePointer?
    /// As declared; nil where values show it.
    private let declared: [DataType?]
    private let names: [String]
    /// Rows that were read to see their types, and are not given on yet.
    private var waiting: [[Value]] = []
    private var hasEnded = false
    private(set) var schema = Schema.empty

    /// - Parameter trustsDeclarations: False where rows of one column may come from several.
    init(_ session: SQLiteSession, _ statement: OpaquePointer, trustsDeclarations: Bool) {
        self.session = session
        self.statement = statement
        let count = sqlite3_column_count(statement)
        declared = (0..<count).map { column in
            guard trustsDeclarations else { return nil }
            return SQLType.type(declared: sqlite3_column_decltype(statement, column).map { String(cString: $0) })
        }
        var unique = UniqueNames()
        names = (0..<count).map { unique.next(sqlite3_column_name(statement, $0).map { String(cString: $0) } ?? "") }
    }

    /// Finds out the schema.
    func open() throws {
        let open = declared.indices.filter { declared[$0] == nil }
        var types = [ResultTypes](repeating: ResultTypes(), count: declared.count)
        if !open.isEmpty {
            while waiting.count < QueryLimits.sampledRows, let row = try nextRow() {
                for column in open { types[column].add(row[column]) }
                waiting.append(row)
            }
            if !hasEnded { try spool(open, &types) }
        }
        schema = try Schema(names.indices.map { Field(names[$0], declared[$0] ?? types[$0].type) })
    }

    /// The next rows; nil behind the last.
    func next() throws -> Batch? {
        var rows: [[Value]] = []
        if waiting.isEmpty {
            while rows.count < QueryLimits.batchRows, let row = try nextRow() { rows.append(row) }
        } else {
            rows = Array(waiting.prefix(QueryLimits.batchRows))
            waiting.removeFirst(rows.count)
        }
        guard !rows.isEmpty else { return nil }
        var columns: [Column] = []
        for (place, field) in schema.fields.enumerated() {
            var values: [Value] = []
            values.reserveCapacity(rows.count)
            for row in rows { values.append(try converted(row[place], field)) }
            columns.append(try Self.column(field, values))
        }
        return Batch(schema, columns, rowCount: rows.count)
    }

    private static func column(_ field: Field, _ values: [Value]) throws -> Column {
        do throws(RowError) {
            return try ColumnBuilder.column(field.type, values)
        } catch {
            throw SluiceError(error.code, "column \"\(field.name)\": \(error.message)")
        }
    }

    private func converted(_ value: Value, _ field: Field) throws -> Value {
        if let converted = value.asResult(field.type) { return converted }
        throw SluiceError(
            .valueDoesNotFit, "column \"\(field.name)\" is \(field.type), and the query has \(value.json) in it",
            remedy: "write the column as an expression, such as coalesce(\(field.name), NULL), so that its values show the type")
    }

    /// Ends the statement.
    func close() {
        sqlite3_finalize(statement)
        statement = nil
    }

    private func nextRow() throws -> [Value]? {
        guard !hasEnded, let statement, try session.step(statement) else {
            hasEnded = true
            return nil
        }
        return (0..<Int32(declared.count)).map { SQLValue.value(statement, $0) }
    }

    // MARK: The temporary table

    private static let table = "temp.\"sluice result\""

    /// Puts all rows into a temporary table, on disk where they are many, and goes on with those.
    private func spool(_ open: [Int], _ types: inout [ResultTypes]) throws {
        let columns = names.indices.map { "c\($0)" }
        try session.execute("DROP TABLE IF EXISTS \(Self.table)")
        try session.execute("CREATE TEMP TABLE \"sluice result\" (\(columns.joined(separator: ", ")))")
        let insert = try session.prepare("INSERT INTO \(Self.table) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))")
        defer { sqlite3_finalize(insert) }
        for row in waiting { try put(row, insert) }
        waiting = []
        while let statement, try session.step(statement) {
            for column in 0..<Int32(declared.count) {
                if declared[Int(column)] == nil { types[Int(column)].add(Self.kind(statement, column)) }
                sqlite3_bind_value(insert, column + 1, sqlite3_column_value(statement, column))
            }
            try run(insert)
        }
        close()
        statement = try session.prepare("SELECT * FROM \(Self.table)")
        hasEnded = false
    }

    /// A value of the kind that the column has in the current row; only of integers its size matters.
    private static func kind(_ statement: OpaquePointer, _ column: Int32) -> Value {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: .float(0)
        case SQLITE_TEXT: .string("")
        case SQLITE_BLOB: .binary([])
        default: .null
        }
    }

    private func put(_ row: [Value], _ insert: OpaquePointer) throws {
        for (place, value) in row.enumerated() {
            let column = Int32(place + 1)
            switch value {
            case .integer(let number): sqlite3_bind_int64(insert, column, number)
            case .float(let number): sqlite3_bind_double(insert, column, number)
            case .string(let text):
                var copy = text
                _ = copy.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) {
                        sqlite3_bind_text(insert, column, $0.baseAddress ?? Self.nothing, Int32($0.count), CellText.transient)
                    }
                }
            case .binary(let bytes):
                _ = bytes.withUnsafeBytes { sqlite3_bind_blob(insert, column, $0.baseAddress, Int32($0.count), CellText.transient) }
            default: sqlite3_bind_null(insert, column)
            }
        }
        try run(insert)
    }

    /// For texts without bytes, which are no nulls.
    nonisolated(unsafe) private static let nothing: UnsafePointer<CChar> = {
        let memory = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        memory.initialize(to: 0)
        return UnsafePointer(memory)
    }()

    private func run(_ insert: OpaquePointer) throws {
        _ = try session.step(insert)
        sqlite3_reset(insert)
    }
}
