import SluiceCore
import SluiceParquet

/// Collects rows to row groups, which any task encodes.
struct ParquetFileWriter: FileWriter {
    private var writer: ParquetWriter
    private var collected: [Batch] = []
    private var collectedRows = 0
    private var collectedBytes = 0

    init(_ writer: ParquetWriter) { self.writer = writer }

    var header: [UInt8] { writer.header }
    var hasHeader: Bool { true }
    var makesBlockOfEachBatch: Bool { false }

    mutating func collect(_ batch: Batch) -> [FileBlock] {
        var blocks: [FileBlock] = []
        var rest = batch.slice(0..<batch.rowCount)
        // What a row group keeps must not keep the buffers of the file that it came from.
        rest.origin = nil
        while collectedRows + rest.rowCount >= writer.options.rowGroupRows {
            let taken = writer.options.rowGroupRows - collectedRows
            collected.append(rest.slice(0..<taken))
            blocks.append(takeAll())
            rest = rest.slice(taken..<rest.rowCount)
        }
        if rest.rowCount > 0 {
            collected.append(rest)
            collectedRows += rest.rowCount
            collectedBytes += rest.byteCount
            // Wide rows make row groups of fewer rows, so that memory is bounded.
            if collectedBytes >= FormatLimits.rowGroupBytes { blocks.append(takeAll()) }
        }
        return blocks
    }

    private mutating func takeAll() -> FileBlock {
        defer { (collected, collectedRows, collectedBytes) = ([], 0, 0) }
        return FileBlock(collected)
    }

    mutating func rest() -> FileBlock? {
        collectedRows > 0 ? takeAll() : nil
    }

    func encode(_ block: FileBlock) throws(SluiceError) -> EncodedBlock {
        let group = try writer.encode(block.batches)
        return EncodedBlock(group.bytes, rowCount: group.rowCount, note: group)
    }

    mutating func append(_ block: EncodedBlock, at offset: Int64) {
        guard let group = block.note as? EncodedRowGroup else { preconditionFailure("a block of another writer") }
        writer.append(group, at: offset)
    }

    mutating func finish(at offset: Int64) throws(SluiceError) -> [UInt8] { writer.finish(at: offset) }
}
