import SluiceCore

/// Goes through an Avro file block by block; what a block holds is decoded elsewhere.
struct AvroFileReader: FileReader {
    private var input: AvroInput
    private let plan: AvroReadPlan
    private let sync: [UInt8]
    /// Records before the next block, as the blocks count them.
    private var row: Int64 = 0
    /// What came after the blocks of the last piece.
    private var failure: SluiceError?

    init(_ input: AvroInput, _ header: AvroHeader, _ request: ReadRequest) throws(SluiceError) {
        self.input = input
        sync = header.sync
        plan = try AvroReadPlan(header, request, path: input.path)
    }

    mutating func next() throws(SluiceError) -> (any FilePiece)? {
        if let failure { throw failure }
        var blocks: [AvroBlock] = []
        var byteCount = 0
        do throws(SluiceError) {
            while byteCount < AvroLimits.pieceBytes, let block = try AvroBlock(&input, sync, firstRow: row) {
                byteCount += block.bytes.count
                row = block.endRow
                blocks.append(block)
            }
        } catch {
            failure = error
            if blocks.isEmpty { throw error }
        }
        return blocks.isEmpty ? nil : AvroPiece(blocks, plan)
    }
}

/// A block as it stands in the file.
struct AvroBlock: Sendable {
    let bytes: [UInt8]
    /// Records, as the block says.
    let count: Int64
    /// Where it begins in the plain file.
    let offset: Int64
    /// Records before it.
    let firstRow: Int64
    /// Records before the next one.
    let endRow: Int64

    /// The next block with its sync marker; nil at the file's end.
    init?(_ input: inout AvroInput, _ sync: [UInt8], firstRow: Int64) throws(SluiceError) {
        guard try !input.isAtEnd() else { return nil }
        offset = input.offset
        self.firstRow = firstRow
        count = try input.long()
        let size = try input.long()
        guard count >= 0, size >= 0 else { throw input.corrupt("a block's count or size is negative", at: offset) }
        guard size <= Int64(AvroLimits.blockBytes) else {
            throw SluiceError(
                .limitExceeded, "the block at byte \(offset) has \(size) bytes, more than \(AvroLimits.blockBytes)",
                at: .file(path: input.path), remedy: "write the file again with smaller blocks")
        }
        bytes = try input.bytes(Int(size))
        let end = input.offset
        guard try input.bytes(AvroHeader.syncBytes) == sync else {
            throw input.corrupt("the block at byte \(offset) is not followed by the file's sync marker", at: end)
        }
        let (sum, overflow) = firstRow.addingReportingOverflow(count)
        if overflow { throw input.corrupt("it counts more records than there can be", at: offset) }
        endRow = sum
    }
}
