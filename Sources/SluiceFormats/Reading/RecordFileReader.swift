import SluiceCore

/// Reads a file of records: frames in order, decodes anywhere.
struct RecordFileReader: FileReader {
    private var framer: any RecordFramer
    private let decoder: any RecordDecoder
    private let request: ReadRequest
    private let rowsAtOnce: Int

    init(framer: any RecordFramer, decoder: any RecordDecoder, request: ReadRequest) {
        self.framer = framer
        self.decoder = decoder
        self.request = request
        let columns = request.schema.fields.reduce(0) { $0 + $1.type.leafCount }
        // Blocks of short records have more rows than other batches have: whole, they are taken apart in far less time than in parts.
        rowsAtOnce = max(1, FormatLimits.batchCells / max(1, columns))
    }

    mutating func next() throws(SluiceError) -> (any FilePiece)? {
        guard let block = try framer.nextBlock() else { return nil }
        return RecordPiece(block: block, decoder: decoder, request: request, rowsAtOnce: rowsAtOnce)
    }
}
