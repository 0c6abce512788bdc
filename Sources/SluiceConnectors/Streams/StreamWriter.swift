import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceLog
import SluiceStreams

/// Stages the rows of one task as chunks of records.
final class StreamWriter: SinkWriter {
    private let stream: String
    private let format: any RecordFormat
    private let encoder: any RecordEncoder
    private let key: Int?
    private let file: StagingFile
    private let keep: @Sendable (_ path: String, _ bytes: [UInt8]) -> Void
    private var chunk = OutboxChunk(headers: [])
    private var chunkCount = 0
    /// Encoded chunks that are not in the file.
    private var pending: [UInt8] = []
    private var rowCount: Int64 = 0
    private(set) var bytesWritten: Int64 = 0

    /// - Parameter keep: Takes what was staged where it is so little that it needs no file.
    init(
        _ stream: String, format: any RecordFormat, encoder: any RecordEncoder, key: Int?, into file: StagingFile,
        keep: @escaping @Sendable (_ path: String, _ bytes: [UInt8]) -> Void
    ) {
        self.stream = stream
        self.format = format
        self.encoder = encoder
        self.key = key
        self.file = file
        self.keep = keep
    }

    func write(_ batch: Batch) async throws {
        guard batch.rowCount > 0 else { return }
        var bytes = encoder.header
        encoder.encode(batch, into: &bytes)
        var framer = try format.framer(MemorySource(bytes), path: stream)
        let headers = [RecordHeader(FileEnvelope.headerName, try FileEnvelope(layout: framer.layout, path: "").serialized())]
        if headers != chunk.headers {
            try close()
            chunk = OutboxChunk(headers: headers)
        }
        let columnKeys = key.map { StreamKeys.rows(of: batch.columns[$0]) }
        var row = 0
        while let framed = try framer.next() {
            precondition(framed.rejects.isEmpty, "a format cannot frame what it encoded")
            for index in 0..<framed.count {
                let payload = framed.records[index]
                try append(columnKeys?[row + index] ?? payload.prefix(StreamLimits.keyBytes), payload)
            }
            row += framed.count
        }
        precondition(row == batch.rowCount, "a format framed \(row) of \(batch.rowCount) rows that it encoded")
        rowCount += Int64(row)
    }

    private func append(_ key: ArraySlice<UInt8>, _ payload: ArraySlice<UInt8>) throws {
        try chunk.append(key: key, payload: payload)
        bytesWritten += Int64(payload.count)
        if chunk.isFull { try close() }
    }

    /// Ends the chunk; the next one has the same headers.
    private func close() throws {
        guard chunk.count > 0 else { return }
        guard chunkCount < OutboxLimits.chunks else {
            throw SluiceError(
                .limitExceeded, "a task of a run stages over \(OutboxLimits.chunks) chunks for stream \"\(stream)\"",
                remedy: "run over less at a time, with `incremental: true`")
        }
        try chunk.encode(number: chunkCount, into: &pending)
        chunkCount += 1
        chunk = OutboxChunk(headers: chunk.headers)
        if pending.count > OutboxLimits.inlineBytes { try flush() }
    }

    private func flush() throws {
        try file.append(pending)
        pending.removeAll(keepingCapacity: true)
    }

    func finish() async throws -> [StagedFile] {
        try close()
        guard rowCount > 0 else { return [] }
        if file.byteCount == 0 {
            keep(file.path, pending)
        } else {
            if !pending.isEmpty { try flush() }
            try file.finish()
        }
        return [
            StagedFile(
                stagedPath: file.path, finalPath: "", partition: [], rowCount: rowCount,
                byteCount: max(file.byteCount, Int64(pending.count)))
        ]
    }
}
