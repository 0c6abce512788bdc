import GRDBSQLite
import SluiceCore

/// The rows of a statement as batches of one schema. Only the session's thread uses it.
///
/// Columns that the statement passes on as they are have the type that they were declared with. For others values show it: rows are kept in
/// memory up to `keptBytes`, and where there are more, all rows go into a temporary table before the first is given on, so that the type holds
/// for every one.
final class StatementRows: @unchecked Sendable {
    private let session: SQLiteSession
    private var statement: OpaquePointer?
    /// As declared; nil where values show it.
    private let declared: [DataType?]
    private let names: [String]
    private let keptBytes: Int
    /// Rows that were read to see their types, and how many of them are given on already.
    private var waiting: ResultRows
    private var given = 0
    private var hasEnded = false
    private(set) var schema = Schema.empty

    /// - Parameters:
    ///   - trustsDeclarations: False where rows of one column may come from several.
    ///   - keptBytes: Of rows that are kept in memory to see their types.
    init(_ session: SQLiteSession, _ statement: OpaquePointer, trustsDeclarations: Bool, keptBytes: Int) {
        self.session = session
        self.statement = statement
        self.keptBytes = keptBytes
        let count = sqlite3_column_count(statement)
        declared = (0..<count).map { column in
            guard trustsDeclarations else { return nil }
            return SQLType.type(declared: sqlite3_column_decltype(statement, column).map { String(cString: $0) })
        }
        var unique = UniqueNames()
        names = (0..<count).map { unique.next(sqlite3_column_name(statement, $0).map { String(cString: $0) } ?? "") }
        waiting = ResultRows(columns: Int(count))
    }

    /// Finds out the schema.
    func open() throws {
        var types = [ResultTypes](repeating: ResultTypes(), count: declared.count)
        if declared.contains(where: { $0 == nil }) {
            while waiting.byteCount < keptBytes, let row = try nextRow() { waiting.append(row) }
            for column in declared.indices { types[column] = waiting.types(column) }
            if !hasEnded { try spool(&types) }
        }
        schema = try Schema(names.indices.map { Field(names[$0], declared[$0] ?? types[$0].type) })
    }

    /// The next rows; nil behind the last.
    func next() throws -> Batch? {
        if given < waiting.count {
            let rows = given..<min(waiting.count, given + QueryLimits.batchRows)
            let batch = try batch(waiting, rows)
            given = rows.upperBound
            if given == waiting.count { (waiting, given) = (ResultRows(columns: names.count), 0) }
            return batch
        }
        var fresh = ResultRows(columns: names.count)
        while fresh.count < QueryLimits.batchRows, let row = try nextRow() { fresh.append(row) }
        return fresh.count == 0 ? nil : try batch(fresh, 0..<fresh.count)
    }

    private func batch(_ kept: ResultRows, _ rows: Range<Int>) throws -> Batch {
        let columns = try schema.fields.enumerated().map { try kept.column($0.offset, $0.element, rows) }
        return Batch(schema, columns, rowCount: rows.count)
    }

    /// Ends the statement.
    func close() {
        sqlite3_finalize(statement)
        statement = nil
    }

    /// The statement at its next row; nil behind the last.
    private func nextRow() throws -> OpaquePointer? {
        guard !hasEnded, let statement, try session.step(statement) else {
            hasEnded = true
            return nil
        }
        return statement
    }

    // MARK: The temporary table

    private static let table = "temp.\"sluice result\""

    /// Puts all rows into a temporary table, on disk where they are many, and goes on with those.
    private func spool(_ types: inout [ResultTypes]) throws {
        let columns = names.indices.map { "c\($0)" }
        try session.execute("DROP TABLE IF EXISTS \(Self.table)")
        try session.execute("CREATE TEMP TABLE \"sluice result\" (\(columns.joined(separator: ", ")))")
        let insert = try session.prepare("INSERT INTO \(Self.table) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))")
        defer { sqlite3_finalize(insert) }
        for row in 0..<waiting.count {
            waiting.bind(row, to: insert)
            try run(insert)
        }
        waiting = ResultRows(columns: names.count)
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

    private func run(_ insert: OpaquePointer) throws {
        _ = try session.step(insert)
        sqlite3_reset(insert)
    }
}
