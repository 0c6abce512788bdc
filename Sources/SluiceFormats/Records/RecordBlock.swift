package import SluiceCore

/// Whole records of one file that were found together; a decoder may know a faster way for its own format's blocks.
package protocol RecordBlock: Sendable {
    /// The records one by one.
    var framed: FramedRecords { get }
}

extension FramedRecords: RecordBlock {
    package var framed: FramedRecords { self }
}

extension RecordFramer {
    package mutating func nextBlock() throws(SluiceError) -> (any RecordBlock)? { try next() }
}

extension RecordDecoder {
    package func decode(_ block: any RecordBlock, _ request: ReadRequest) -> DecodedBatch { decodeWhole(block.framed, request) }

    /// Decodes every record whole, then leaves out the rows that the condition does not keep.
    func decodeWhole(_ framed: FramedRecords, _ request: ReadRequest) -> DecodedBatch {
        var decoded = decode(framed.records, origin: framed.origin)
        decoded.rejects = framed.rejects.isEmpty ? decoded.rejects : framed.rejects + decoded.rejects
        if let condition = request.condition {
            let kept = condition.kept(of: decoded.batch)
            decoded.skippedRows = kept.count - kept.setCount
            decoded.batch = decoded.batch.filter(kept)
        }
        if !request.keepsRaw { decoded.batch.origin?.raw = nil }
        return decoded
    }
}
