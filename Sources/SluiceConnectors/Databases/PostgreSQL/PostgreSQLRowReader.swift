#if PostgreSQL
import SluiceCore
import SluicePipelines
import SluicePostgreSQL
import Synchronization

/// Makes batches of rows in COPY's text format.
struct PostgreSQLRowReader: Sendable {
    let schema: Schema
    private let origin: Origin.Split

    init(_ source: PostgreSQLSource, _ request: SourceRequest) throws(SluiceError) {
        var fields: [Field] = []
        for name in request.columns { fields.append(source.schema.fields[try source.schema.require(name)]) }
        schema = try Schema(fields)
        origin = .shard(stream: source.access.name, shard: source.rowsName)
    }

    var columnList: String { schema.names.map(PostgreSQLConnection.quoted).joined(separator: ", ") }

    /// - Parameters:
    ///   - records: Rows, each beginning with the columns of the schema.
    ///   - first: Number of the first one in its split, from 1.
    func decode(_ records: RawRecords, first: Int64) -> ReadBatch {
        var columns = schema.fields.map { CellColumn($0) }
        var errors = RowErrors()
        var raw: [Int: [UInt8]] = [:]
        for row in 0..<records.count {
            records.bytes.withUnsafeBufferPointer { bytes in
                CopyText.forEachValue(UnsafeBufferPointer(rebasing: bytes[records.range(row)])) { place, value in
                    guard place < columns.count, let error = PostgreSQLCell.append(value, to: &columns[place]) else { return }
                    errors.add(error, row: row)
                }
                if errors[row] != nil { raw[row] = json(UnsafeBufferPointer(rebasing: bytes[records.range(row)])) }
            }
        }
        let batch = Batch(
            schema, columns.map { $0.finish() }, rowCount: records.count,
            origin: Origin(origin, .dense(first: first, count: records.count)))
        var (kept, rejects) = batch.separating(errors)
        for (index, row) in errors.byRow.keys.sorted().enumerated() { rejects[index].raw = raw[row] ?? [] }
        return ReadBatch(batch: kept, rejects: rejects)
    }

    /// A row as a JSON object; what fits no type is a text, as PostgreSQL writes it.
    private func json(_ row: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var values = [Value](repeating: .null, count: schema.count)
        CopyText.forEachValue(row) { place, text in
            guard place < values.count, let text else { return }
            values[place] = PostgreSQLCell.value(text, schema.fields[place].type) ?? .string(String(decoding: text, as: UTF8.self))
        }
        return DatabaseLetters.row(schema) { values[$0].appendJSON(to: &$1) }
    }
}

/// Takes the rows of a COPY as they come; any task decodes them.
final class PostgreSQLSplitReader: SplitReader {
    private struct State {
        /// Nil once all rows were taken.
        var connection: PostgreSQLConnection?
        var bytesRead: Int64 = 0
        var rowCount: Int64 = 0
    }

    private let rows: PostgreSQLRowReader
    private let state: Mutex<State>

    init(_ rows: PostgreSQLRowReader, _ select: String, in connection: PostgreSQLConnection) throws(SluiceError) {
        self.rows = rows
        try connection.beginCopyOut("COPY (\(select)) TO STDOUT")
        state = Mutex(State(connection: connection))
    }

    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    func next() async throws -> (any SplitPiece)? {
        let taken: (records: RawRecords, first: Int64)? = try state.withLock { state throws(SluiceError) in
            guard let connection = state.connection else { return nil }
            var records = RawRecords(bytes: [])
            while records.count < DatabaseLimits.batchRows, records.bytes.count < DatabaseLimits.batchBytes {
                guard try connection.nextCopied({ records.append(line: $0) }) != nil else {
                    state.connection = nil
                    break
                }
            }
            guard records.count > 0 else { return nil }
            let first = state.rowCount + 1
            state.rowCount += Int64(records.count)
            state.bytesRead += Int64(records.bytes.count)
            return (records, first)
        }
        return taken.map { taken in DeferredBatch { [rows] in rows.decode(taken.records, first: taken.first) } }
    }
}

extension RawRecords {
    /// Appends a line, whose end is left out.
    mutating func append(line: UnsafeBufferPointer<UInt8>) {
        let end = line.last == UInt8(ascii: "\n") ? line.count - 1 : line.count
        starts.append(Int32(bytes.count))
        bytes.append(contentsOf: line[..<end])
        ends.append(Int32(bytes.count))
    }
}
#endif
