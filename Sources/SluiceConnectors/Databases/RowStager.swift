import SluiceCore
import SluicePipelines
import Synchronization

/// Stages the rows of a run in their order. Any task encodes.
final class RowStager: OrderedSinkWriter, SinkWriter {
    private let encoder: any RowEncoder
    private let target: String
    private let stage: Mutex<ChunkStage>

    /// - Parameter target: As messages name it.
    init(_ encoder: any RowEncoder, for target: String, into stage: sending ChunkStage) {
        self.encoder = encoder
        self.target = target
        self.stage = Mutex(stage)
    }

    var makesBlockOfEachBatch: Bool { true }
    var bytesWritten: Int64 { stage.withLock { $0.bytesWritten } }

    func collect(_ batch: Batch) throws -> [SinkBlock] { batch.rowCount > 0 ? [SinkBlock([batch])] : [] }

    func rest() throws -> [SinkBlock] { [] }

    func encode(_ block: SinkBlock) throws -> EncodedSinkBlock {
        var rows = ByteRows()
        for batch in block.batches {
            let encoded = try encoder.encode(batch)
            try RowLength.check(encoded, of: batch, for: target)
            rows.append(contentsOf: encoded)
        }
        return EncodedSinkBlock(rows, rowCount: rows.count, byteCount: rows.byteCount)
    }

    func append(_ block: EncodedSinkBlock) throws {
        guard let rows = block.content as? ByteRows else { preconditionFailure("a block of another writer") }
        try stage.withLock { stage throws(SluiceError) in
            for row in 0..<rows.count { try stage.append(key: [], payload: rows[row]) }
        }
    }

    func write(_ batch: Batch) async throws {
        for block in try collect(batch) { try append(try encode(block)) }
    }

    func finish() throws -> [StagedFile] { try stage.withLock { stage throws(SluiceError) in try stage.finish() } }
}
