import SluiceCore
import SluicePipelines
import SluiceSQLite

/// Makes batches of the rows of statements over a source.
struct SQLiteRowReader: Sendable {
    let schema: Schema
    /// `SELECT … FROM …`: the row's number where there is one, then what was asked for.
    let select: String
    private let hasNumber: Bool
    private let origin: Origin.Split

    /// - Parameter further: Expressions behind the columns, which the batch does not hold.
    init(_ source: SQLiteSource, _ columns: [String], further: [String] = []) throws(SluiceError) {
        var fields: [Field] = []
        for name in columns { fields.append(source.schema.fields[try source.schema.require(name)]) }
        schema = try Schema(fields)
        hasNumber = source.rowid != nil
        let expressions = [source.rowid].compactMap(\.self) + columns.map(SQLiteConnection.column) + further
        select = "SELECT \(expressions.joined(separator: ", ")) FROM \(source.from)"
        origin = .shard(stream: source.databaseName, shard: source.rowsName)
    }

    /// Where the columns begin in a row.
    var firstColumn: Int { hasNumber ? 1 : 0 }
    /// Where the further expressions begin.
    var firstFurther: Int { firstColumn + schema.count }

    func batch() -> Rows { Rows(schema, firstColumn: firstColumn, origin) }

    /// The rows of a batch, as they come.
    struct Rows {
        private let schema: Schema
        private let firstColumn: Int
        private let origin: Origin.Split
        private var columns: [CellColumn]
        private var numbers: [Int64] = []
        private var errors = RowErrors()
        /// Of the rows that have errors, as JSON.
        private var raw: [Int: [UInt8]] = [:]
        private(set) var byteCount: Int64 = 0

        fileprivate init(_ schema: Schema, firstColumn: Int, _ origin: Origin.Split) {
            self.schema = schema
            self.firstColumn = firstColumn
            self.origin = origin
            columns = schema.fields.map { CellColumn($0) }
        }

        var rowCount: Int { numbers.count }
        var isFull: Bool { rowCount >= DatabaseLimits.batchRows || byteCount >= DatabaseLimits.batchBytes }

        /// Takes in the statement's row.
        ///
        /// - Parameter number: Of the row, where the table has none.
        mutating func take(_ statement: SQLiteStatement, number: Int64) {
            let row = rowCount
            var failure: RowError?
            for index in columns.indices {
                let error = SQLiteCell.append(statement, firstColumn + index, to: &columns[index])
                failure = failure ?? error
                byteCount += Int64(statement.byteCount(firstColumn + index))
            }
            if let failure {
                errors.add(failure, row: row)
                raw[row] = json(statement)
            }
            numbers.append(firstColumn == 0 ? number : statement.integer(0))
        }

        private func json(_ statement: SQLiteStatement) -> [UInt8] {
            DatabaseLetters.row(schema) { index, bytes in
                let place = firstColumn + index
                let kind = statement.kind(place)
                if schema.fields[index].type == .boolean, kind == .integer, (0...1).contains(statement.integer(place)) {
                    bytes += Array((statement.integer(place) == 1 ? "true" : "false").utf8)
                } else {
                    bytes += SQLiteCell.json(statement, place, kind)
                }
            }
        }

        func finish() -> ReadBatch {
            let batch = Batch(
                schema, columns.map { $0.finish() }, rowCount: rowCount, origin: Origin(origin, .listed(numbers)))
            var (kept, rejects) = batch.separating(errors)
            for (index, row) in errors.byRow.keys.sorted().enumerated() { rejects[index].raw = raw[row] ?? [] }
            return ReadBatch(batch: kept, rejects: rejects)
        }
    }
}
