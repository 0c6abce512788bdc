import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceStreams
import Synchronization

/// The records of a stream as they are stored, up to where each shard ended when it was opened; a split is a shard.
struct StreamRecordSource: Source {
    let schema: Schema
    let notices: [String] = []
    let recordCount: Int64
    private let stream: RecordStream
    /// Where each shard ends, by its number.
    private let ends: [Int: UInt64]

    init(_ stream: RecordStream) throws(SluiceError) {
        self.stream = stream
        schema = try Schema([
            Field("shard", .string, isNullable: false), Field("sequence_number", .int64, isNullable: false),
            Field("partition_key", .string, isNullable: false), Field("arrival_time", .timestamp(zoned: true), isNullable: false),
            Field("data", .string), Field("data_bytes", .binary, isNullable: false),
        ])
        var ends: [Int: UInt64] = [:]
        var count: Int64 = 0
        for shard in stream.shardNumbers {
            let end = try stream.endSequence(shard: shard)
            ends[shard] = end
            count += Int64(clamping: end - min(end, try stream.horizon(shard)))
        }
        self.ends = ends
        recordCount = count
    }

    func splits() async throws -> [SourceSplit] { ends.keys.sorted().map { SourceSplit(id: ShardID($0).description, bytes: nil) } }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let shard = ShardID(parsing: split.id)?.number, let end = ends[shard] else {
            throw SluiceError(.notFound, "stream \"\(stream.name)\" has no shard \(split.id.quotedForMessage)")
        }
        return StreamRecordReader(self, shard: shard, end: end, reader: try stream.reader(shard: shard, from: .start), request)
    }

    /// The records as rows with the columns asked for. Data that is no UTF-8 is null as text; its bytes are in `data_bytes`.
    fileprivate func batch(_ records: StreamRecords, shard: Int, _ request: SourceRequest) throws -> Batch {
        var fields: [Field] = []
        var columns: [Column] = []
        for name in request.columns {
            let field = schema.fields[try schema.require(name)]
            fields.append(field)
            columns.append(column(field, records, shard))
        }
        let batch = Batch(try Schema(fields), columns, rowCount: records.count, origin: records.origin(stream: stream.name, shard: shard))
        guard let condition = request.condition else { return batch }
        return batch.filter(condition.kept(of: batch))
    }

    private func column(_ field: Field, _ records: StreamRecords, _ shard: Int) -> Column {
        let count = records.count
        switch field.name {
        case "shard": return .texts(ByteRows(texts: [String](repeating: ShardID(shard).description, count: count)))
        case "sequence_number": return .integers((0..<count).map { Int64(bitPattern: records.baseSequence) + Int64($0) })
        case "partition_key": return .texts(records.keys)
        case "arrival_time": return Column(field.type, .int64([Int64](repeating: records.arrivalMicros, count: count)))
        case "data":
            let rows = Self.payloads(records)
            let valid = Bitmap((0..<count).lazy.map { row in rows.withRow(row) { Self.isText($0) } })
            return Column(.string, .bytes(valid.allSet ? rows : Self.keeping(valid, rows)), validity: valid)
        default: return Column(.binary, .bytes(Self.payloads(records)))
        }
    }

    private static func payloads(_ records: StreamRecords) -> ByteRows {
        var rows = ByteRows(reservingRows: records.count, bytes: 0)
        for row in 0..<records.count { rows.append(records.payloads[row]) }
        return rows
    }

    /// What is no text is empty under its null.
    private static func keeping(_ valid: Bitmap, _ rows: ByteRows) -> ByteRows {
        var kept = ByteRows()
        for row in 0..<rows.count { kept.append(valid[row] ? rows[row] : []) }
        return kept
    }

    private static func isText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
}

/// Reads one shard up to a fixed end.
private final class StreamRecordReader: SplitReader {
    private struct State {
        var reader: ShardReader
        var bytesRead: Int64 = 0
    }

    private let source: StreamRecordSource
    private let shard: Int
    private let end: UInt64
    private let request: SourceRequest
    private let state: Mutex<State>

    init(_ source: StreamRecordSource, shard: Int, end: UInt64, reader: ShardReader, _ request: SourceRequest) {
        self.source = source
        self.shard = shard
        self.end = end
        self.request = request
        state = Mutex(State(reader: reader))
    }

    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    func next() async throws -> (any SplitPiece)? {
        var reader = state.withLock { $0.reader }
        guard reader.position < end, let read = try await reader.next(), read.baseSequence < end else { return nil }
        let records = read.keeping(before: end)
        state.withLock { [reader] state in
            state.reader = reader
            state.bytesRead += Int64(records.payloads.ends.last ?? 0) - Int64(records.payloads.starts.first ?? 0)
        }
        return DeferredBatch { [source, shard, request] in ReadBatch(batch: try source.batch(records, shard: shard, request)) }
    }
}
