import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceStreams

/// Stages records as chunks: in memory while they are few, in a file when they are more. Used by one task at a time.
final class ChunkStage {
    /// As messages name what the records are for: `stream "clicks"`.
    private let target: String
    private let file: StagingFile
    private let keep: @Sendable (_ path: String, _ bytes: [UInt8]) -> Void
    private var chunk = OutboxChunk(headers: [])
    private var chunkCount = 0
    /// Encoded chunks that are not in the file.
    private var pending: [UInt8] = []
    private var rowCount: Int64 = 0
    private(set) var bytesWritten: Int64 = 0

    /// - Parameter keep: Takes what was staged where it is so little that it needs no file, by the path that the file would have.
    init(for target: String, into file: StagingFile, keep: @escaping @Sendable (_ path: String, _ bytes: [UInt8]) -> Void) {
        self.target = target
        self.file = file
        self.keep = keep
    }

    /// What the records that follow share.
    func setHeaders(_ headers: [RecordHeader]) throws(SluiceError) {
        guard headers != chunk.headers else { return }
        try close()
        chunk = OutboxChunk(headers: headers)
    }

    func append(key: ArraySlice<UInt8>, payload: ArraySlice<UInt8>) throws(SluiceError) {
        try chunk.append(key: key, payload: payload)
        rowCount += 1
        bytesWritten += Int64(payload.count)
        if chunk.isFull { try close() }
    }

    /// Ends the chunk; the next one has the same headers.
    private func close() throws(SluiceError) {
        guard chunk.count > 0 else { return }
        guard chunkCount < OutboxLimits.chunks else {
            throw SluiceError(
                .limitExceeded, "a task of a run stages over \(OutboxLimits.chunks) chunks for \(target)",
                remedy: "run over less at a time, with `incremental: true`")
        }
        try chunk.encode(number: chunkCount, into: &pending)
        chunkCount += 1
        chunk = OutboxChunk(headers: chunk.headers)
        if pending.count > OutboxLimits.inlineBytes { try flush() }
    }

    private func flush() throws(SluiceError) {
        try file.append(pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// Everything is durable on return, or in what `keep` took.
    ///
    /// - Returns: Nothing where there were no records.
    func finish() throws(SluiceError) -> [StagedFile] {
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
