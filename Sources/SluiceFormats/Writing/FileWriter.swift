package import SluiceCore

/// Makes one file of batches: rows are collected in order, encoded by any task, and put into the file in order.
///
///     bytes to the file: writer.header
///     for batch in batches { for block in writer.collect(batch) { … } }; if let block = writer.rest() { … }
///     any task:          let encoded = try writer.encode(block)
///     in block order:    bytes to the file: encoded.bytes; writer.append(encoded)
///     bytes to the file: writer.finish()
package protocol FileWriter: Sendable {
    /// What stands at the start of a file; empty where the format has nothing there.
    var header: [UInt8] { get }

    /// Whether a file without rows must be written for its header.
    var hasHeader: Bool { get }

    /// Whether `collect` makes a block of each batch at once, so that rows need not be collected in order.
    var makesBlockOfEachBatch: Bool { get }

    /// Takes rows in order, and gives back what is enough for a block.
    mutating func collect(_ batch: Batch) -> [FileBlock]

    /// What was collected and makes no whole block.
    mutating func rest() -> FileBlock?

    /// The block's bytes; the same whatever came before it.
    func encode(_ block: FileBlock) throws(SluiceError) -> EncodedBlock

    /// Takes note of a block whose bytes were put into the file.
    ///
    /// - Parameter offset: where its bytes start in the plain file.
    mutating func append(_ block: EncodedBlock, at offset: Int64)

    /// What stands at the end of a file.
    ///
    /// - Parameter offset: where it starts in the plain file.
    mutating func finish(at offset: Int64) throws(SluiceError) -> [UInt8]
}

/// Rows that are encoded together.
package struct FileBlock: Sendable {
    package var batches: [Batch]
    /// Whether it is known to be the first of its file: set by the writer that collected it, where the format puts something between rows.
    package var isFirst = false

    package init(_ batches: [Batch]) { self.batches = batches }

    package var rowCount: Int { batches.reduce(0) { $0 + $1.rowCount } }
}

/// A block as it stands in the file.
package struct EncodedBlock: Sendable {
    package var bytes: [UInt8]
    package var rowCount: Int
    /// What the format has to remember of the block until the file is finished.
    package var note: (any Sendable)?

    package init(_ bytes: [UInt8], rowCount: Int, note: (any Sendable)? = nil) {
        self.bytes = bytes
        self.rowCount = rowCount
        self.note = note
    }
}

/// Writes a format of records, a block a batch.
struct RecordFileWriter: FileWriter {
    private let encoder: any RecordEncoder

    init(_ encoder: any RecordEncoder) { self.encoder = encoder }

    var header: [UInt8] { encoder.header }
    var hasHeader: Bool { !encoder.header.isEmpty }
    var makesBlockOfEachBatch: Bool { true }

    mutating func collect(_ batch: Batch) -> [FileBlock] { batch.rowCount == 0 ? [] : [FileBlock([batch])] }
    mutating func rest() -> FileBlock? { nil }

    func encode(_ block: FileBlock) throws(SluiceError) -> EncodedBlock {
        var bytes: [UInt8] = []
        for batch in block.batches { try encoder.encode(batch, into: &bytes) }
        return EncodedBlock(bytes, rowCount: block.rowCount)
    }

    mutating func append(_ block: EncodedBlock, at offset: Int64) {}
    mutating func finish(at offset: Int64) throws(SluiceError) -> [UInt8] { [] }
}
