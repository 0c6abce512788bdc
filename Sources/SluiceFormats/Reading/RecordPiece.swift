import SluiceCore

/// A block of records, decoded at once; in parts where its columns are many and its records short.
struct RecordPiece: FilePiece {
    private var block: (any RecordBlock)?
    private let decoder: any RecordDecoder
    private let request: ReadRequest
    private let rowsAtOnce: Int
    /// Records of a block that is decoded in parts, and how many of them are done.
    private var framed: FramedRecords?
    private var done = 0

    init(block: any RecordBlock, decoder: any RecordDecoder, request: ReadRequest, rowsAtOnce: Int) {
        self.block = block
        self.decoder = decoder
        self.request = request
        self.rowsAtOnce = rowsAtOnce
    }

    mutating func next() throws(SluiceError) -> DecodedBatch? {
        guard let block else { return nextPart() }
        self.block = nil
        guard block.mostRecords > rowsAtOnce else { return decoder.decode(block, request) }
        framed = block.framed
        return nextPart()
    }

    private mutating func nextPart() -> DecodedBatch? {
        guard let framed, done < framed.count || (done == 0 && !framed.rejects.isEmpty) else { return nil }
        var part = framed.slice(done..<min(done + rowsAtOnce, framed.count))
        if done == 0 { part.rejects = framed.rejects }
        done += max(part.count, 1)
        return decoder.decodeWhole(part, request)
    }
}

extension RecordBlock {
    /// No more records than these are in the block.
    fileprivate var mostRecords: Int {
        switch self {
        case let block as FramedRecords: block.count
        case let block as CSVBlock: block.recordEnds
        case let block as JSONBlock: block.limit
        default: CoreLimits.batchRows
        }
    }
}
