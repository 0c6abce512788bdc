import SluiceCore
import SluiceExpressions
import SluicePipelines
import SluiceLog
import SluiceStreams

/// Puts the records of a source into a stream, as they came, each to the shard that its key chooses.
///
/// Records that cannot be made out (cut off, over the limit) are rejected here and do not enter the stream.
struct StreamIngest: Sendable {
    /// Payload bytes of one append: below what the log spreads over frames, so that a frame's headers belong to all its records.
    static let appendBytes = LogLimits.targetFrameBytes / 2
    /// Bytes after which what was appended is committed, and so visible to the consumers.
    static let commitBytes = 8 << 20

    let source: PlannedSource
    let records: any RecordSource
    let stream: RecordStream
    let key: String?
    let rejects: RejectHandler
    let progress: RunProgress

    /// Returns when every record is as durable as the stream promises; in any case the stream's readers know then that no more will come.
    func run() async throws {
        defer { stream.finishAppending() }
        var router = stream.router()
        var uncommittedBytes = 0
        for split in try await source.source.splits() {
            let envelope = try await records.envelope(of: split)
            let reader = try await source.source.open(split, SourceRequest(key.map { [$0] } ?? [], keepsRaw: true))
            var bytesSeen: Int64 = 0
            try await reader.forEachBatch { read in
                try Task.checkCancellation()
                let bytes = reader.bytesRead
                progress.update { [bytesSeen] in $0.bytesRead += bytes - bytesSeen }
                bytesSeen = bytes
                if !read.rejects.isEmpty { try rejects.take(read.rejects, step: "source") }
                uncommittedBytes += try await append(read.batch, envelope, &router)
                if uncommittedBytes >= Self.commitBytes {
                    try await stream.commit()
                    uncommittedBytes = 0
                }
            }
            progress.update { [bytesSeen] in $0.bytesRead += reader.bytesRead - bytesSeen }
        }
        try await stream.commit()
    }

    /// - Returns: payload bytes appended.
    private func append(_ batch: Batch, _ envelope: [UInt8], _ router: inout KeyRouter) async throws -> Int {
        guard batch.rowCount > 0, let origin = batch.origin, let raw = origin.raw else { return 0 }
        let keys = partitionKeys(batch, raw)
        var path: String?
        if case .file(let name) = origin.split { path = name }
        for (shard, rows) in router.partition(keys).enumerated() where !rows.isEmpty {
            for slice in slices(rows, raw) {
                let header = RecordEnvelope(envelope: envelope, path: path, lines: slice.map { origin.position(Int($0)) })
                let new = NewRecords(keys: keys, payloads: raw, headers: header.headers)
                try await stream.append(new, rows: slice, to: shard, .buffered)
            }
        }
        return (0..<raw.count).reduce(0) { $0 + raw.range($1).count }
    }

    /// The key column as text, a null as the empty key; without a key column a hash of each record's bytes, so that they spread.
    private func partitionKeys(_ batch: Batch, _ raw: RawRecords) -> ByteRows {
        guard key != nil else {
            return raw.bytes.withUnsafeBufferPointer { bytes in
                var keys = ByteRows(reservingRows: raw.count, bytes: raw.count * 16)
                for row in 0..<raw.count {
                    keys.append(String(KeyTable.hash(UnsafeBufferPointer(rebasing: bytes[raw.range(row)])), radix: 16).utf8)
                }
                return keys
            }
        }
        let column = batch.columns[0]
        let texts = column.type == .string ? column : CastKernel.cast(column, to: .string).column
        guard case .bytes(let rows) = texts.flattened.storage else { preconditionFailure("a cast to string gives text") }
        return rows
    }

    /// Rows in pieces of at most `appendBytes` of payload.
    private func slices(_ rows: [Int32], _ raw: RawRecords) -> [[Int32]] {
        var result: [[Int32]] = []
        var current: [Int32] = []
        var bytes = 0
        for row in rows {
            let size = raw.range(Int(row)).count
            if bytes + size > Self.appendBytes, !current.isEmpty {
                result.append(current)
                (current, bytes) = ([], 0)
            }
            current.append(row)
            bytes += size
        }
        if !current.isEmpty { result.append(current) }
        return result
    }
}
