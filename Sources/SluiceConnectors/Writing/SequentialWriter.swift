import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluicePipelines
import Synchronization

/// Stages all rows of a run in one file, in order: any task encodes and compresses, and blocks are put into the file one after another.
final class SequentialWriter: OrderedSinkWriter {
    private struct State {
        var writer: any FileWriter
        var file: PartFile?
        /// Plain bytes so far.
        var plainBytes: Int64 = 0
    }

    /// A block as it stands in the plain file, and compressed.
    private struct Encoded: Sendable {
        var block: EncodedBlock
        var compressed: CompressedBlock?
    }

    /// Makes the file, when its first bytes are there.
    private let makeFile: @Sendable () throws(SluiceError) -> PartFile
    /// Where files are on disk when they are complete.
    private let syncedDirectory: String?
    /// Whether there is a file even if it has nothing in it.
    private let isNeverMissing: Bool
    /// For encoding, which is the same wherever the file stands.
    private let writer: any FileWriter
    private let compressor: (any BlockCompressor)?
    private let state: Mutex<State>
    let makesBlockOfEachBatch: Bool

    /// The one file of a directory.
    ///
    /// - Throws: what the format has against the schema.
    convenience init(_ output: DirectoryOutput, schema: Schema, run: String) throws(SluiceError) {
        try self.init(
            output.format, output.codec, level: output.codecLevel, schema: schema,
            syncedDirectory: output.syncsFiles ? output.stagingDirectory(run: run) : nil
        ) { () throws(SluiceError) in try output.partFile(directory: "", run: run, writer: 0, number: 0) }
    }

    /// - Throws: what the format has against the schema.
    init(
        _ format: any Format, _ codec: Codec, level: Int, schema: Schema, isNeverMissing: Bool = false, syncedDirectory: String? = nil,
        makeFile: @escaping @Sendable () throws(SluiceError) -> PartFile
    ) throws(SluiceError) {
        self.makeFile = makeFile
        self.isNeverMissing = isNeverMissing
        self.syncedDirectory = syncedDirectory
        writer = try format.writer(schema)
        compressor = codec.blockCompressor(level: level)
        makesBlockOfEachBatch = writer.makesBlockOfEachBatch
        state = Mutex(State(writer: writer))
    }

    var bytesWritten: Int64 { state.withLock { $0.file?.bytesWritten ?? 0 } }

    func collect(_ batch: Batch) throws -> [SinkBlock] {
        state.withLock { $0.writer.collect(batch) }.map { SinkBlock($0.batches, isFirst: $0.isFirst) }
    }

    /// The last rows; many are cut in two, so that no task has to wait for another that encodes all of them.
    func rest() throws -> [SinkBlock] {
        guard let block = state.withLock({ $0.writer.rest() }) else { return [] }
        let rowCount = block.batches.reduce(0) { $0 + $1.rowCount }
        guard rowCount >= ConnectorLimits.splitRestRows else { return [SinkBlock(block.batches, isFirst: block.isFirst)] }
        var (first, taken) = (0, 0)
        while taken < rowCount / 2 {
            taken += block.batches[first].rowCount
            first += 1
        }
        var halves = [block.batches[..<first], block.batches[first...]].filter { !$0.isEmpty }.map { SinkBlock(Array($0)) }
        halves[0].isFirst = block.isFirst
        return halves
    }

    func encode(_ block: SinkBlock) throws -> EncodedSinkBlock {
        var rows = FileBlock(block.batches)
        rows.isFirst = block.isFirst
        var encoded = Encoded(block: try writer.encode(rows))
        let byteCount: Int
        if let compressor {
            let compressed = try encoded.block.bytes.withUnsafeBufferPointer { bytes throws(SluiceError) in
                try compressor.compress(UnsafeRawBufferPointer(bytes))
            }
            byteCount = compressed.bytes.count
            encoded.compressed = compressed
        } else {
            byteCount = encoded.block.bytes.count
        }
        return EncodedSinkBlock(encoded, rowCount: encoded.block.rowCount, byteCount: byteCount)
    }

    func append(_ block: EncodedSinkBlock) throws {
        guard let encoded = block.content as? Encoded else { preconditionFailure("a block of another writer") }
        try state.withLock { state throws(SluiceError) in
            try begin(&state)
            state.writer.append(encoded.block, at: state.plainBytes)
            state.plainBytes += Int64(encoded.block.bytes.count)
            let rows = Int64(encoded.block.rowCount)
            if let compressed = encoded.compressed {
                try state.file?.write(compressed, rows: rows)
            } else {
                try state.file?.write(encoded.block.bytes, rows: rows)
            }
        }
    }

    func finish() throws -> [StagedFile] {
        try state.withLock { state throws(SluiceError) in
            if state.file == nil, !writer.hasHeader, !isNeverMissing { return [] }
            // The one file of an output without rows: it has the header.
            try begin(&state)
            guard let file = state.file else { return [] }
            try file.write(try state.writer.finish(at: state.plainBytes), rows: 0)
            try file.finish()
            try file.wait()
            if let syncedDirectory { try DiskFiles.syncDirectory(syncedDirectory) }
            return [file.staged(partition: [])]
        }
    }

    private func begin(_ state: inout State) throws(SluiceError) {
        guard state.file == nil else { return }
        let file = try makeFile()
        state.file = file
        try file.write(writer.header, rows: 0)
        state.plainBytes = Int64(writer.header.count)
    }
}
