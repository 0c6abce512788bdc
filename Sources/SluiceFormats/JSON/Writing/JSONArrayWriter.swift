import SluiceCore

/// Writes a file that is one array, an element a line.
struct JSONArrayWriter: FileWriter {
    private let encoder: JSONRecordEncoder
    private var hasRows = false

    init(_ encoder: JSONRecordEncoder) { self.encoder = encoder }

    var header: [UInt8] { [UInt8(ascii: "[")] }
    var hasHeader: Bool { true }
    var makesBlockOfEachBatch: Bool { false }

    mutating func collect(_ batch: Batch) -> [FileBlock] {
        guard batch.rowCount > 0 else { return [] }
        var block = FileBlock([batch])
        block.isFirst = !hasRows
        hasRows = true
        return [block]
    }

    mutating func rest() -> FileBlock? { nil }

    func encode(_ block: FileBlock) throws(SluiceError) -> EncodedBlock {
        var bytes: [UInt8] = []
        let separator: [UInt8] = [UInt8(ascii: ","), 0x0A]
        for batch in block.batches {
            let isFirst = block.isFirst && bytes.isEmpty
            bytes +=
                JSONRows.objects(
                    encoder.schema.fields, batch.columns, batch.rowCount, writesNulls: encoder.writesNulls, first: isFirst ? [0x0A] : nil,
                    before: separator
                ).data
        }
        return EncodedBlock(bytes, rowCount: block.rowCount)
    }

    mutating func append(_ block: EncodedBlock, at offset: Int64) {}

    mutating func finish(at offset: Int64) throws(SluiceError) -> [UInt8] { [0x0A, UInt8(ascii: "]"), 0x0A] }
}
