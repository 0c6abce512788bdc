import SluiceCore
import SluiceFormats
import SluiceLog
import SluicePipelines
import SluiceStreams
import Synchronization

/// Stages the rows of a run in their order, as chunks of records. Any task encodes.
final class StreamWriter: OrderedSinkWriter, SinkWriter {
    /// The records of a batch.
    private struct Records: Sendable {
        var headers: [RecordHeader]
        var keys: ByteRows
        var payloads: ByteRows
    }

    private let maker: any RecordMaker
    private let key: Int?
    private let stage: Mutex<ChunkStage>

    init(_ maker: any RecordMaker, key: Int?, into stage: sending ChunkStage) {
        self.maker = maker
        self.key = key
        self.stage = Mutex(stage)
    }

    var makesBlockOfEachBatch: Bool { true }
    var bytesWritten: Int64 { stage.withLock { $0.bytesWritten } }

    func collect(_ batch: Batch) throws -> [SinkBlock] { batch.rowCount > 0 ? [SinkBlock([batch])] : [] }

    func rest() throws -> [SinkBlock] { [] }

    func encode(_ block: SinkBlock) throws -> EncodedSinkBlock {
        let records = try block.batches.filter { $0.rowCount > 0 }.map(records)
        return EncodedSinkBlock(
            records, rowCount: records.reduce(0) { $0 + $1.payloads.count },
            byteCount: records.reduce(0) { $0 + $1.keys.byteCount + $1.payloads.byteCount })
    }

    func append(_ block: EncodedSinkBlock) throws {
        guard let batches = block.content as? [Records] else { preconditionFailure("a block of another writer") }
        try stage.withLock { stage throws(SluiceError) in
            for records in batches {
                try stage.setHeaders(records.headers)
                for row in 0..<records.payloads.count { try stage.append(key: records.keys[row], payload: records.payloads[row]) }
            }
        }
    }

    func write(_ batch: Batch) async throws {
        for block in try collect(batch) { try append(try encode(block)) }
    }

    func finish() throws -> [StagedFile] { try stage.withLock { stage throws(SluiceError) in try stage.finish() } }

    private func records(of batch: Batch) throws -> Records {
        let (payloads, layout) = try maker.records(of: batch)
        let headers = try layout.map { layout throws(SluiceError) in
            [RecordHeader(FileEnvelope.headerName, try FileEnvelope(layout: layout, path: "").serialized())]
        }
        let keys = key.map { StreamKeys.rows(of: batch.columns[$0]) } ?? StreamKeys.rows(of: payloads)
        return Records(headers: headers ?? [], keys: keys, payloads: payloads)
    }
}
