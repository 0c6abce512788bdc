package import SluiceCore

/// Typed columns, and the records that did not become a row.
package struct DecodedBatch: Sendable {
    /// With the origin of each row, including its bytes.
    package var batch: Batch
    /// In record order.
    package var rejects: [Reject]
    /// Rows that were read and left out, because the request's condition does not keep them.
    package var skippedRows = 0
    /// What the decoder was to notice; nil where there was nothing of it.
    package var newMembers: NewMembers?

    package init(_ batch: Batch, rejects: [Reject], skippedRows: Int = 0) {
        self.batch = batch
        self.rejects = rejects
        self.skippedRows = skippedRows
    }
}

/// Turns whole records into typed columns; the same for files and for stream payloads, and usable from several tasks at once.
package protocol RecordDecoder: Sendable {
    /// The columns of the batches: those that were asked for, in that order.
    var schema: Schema { get }

    /// Decodes every record. A bad one is a reject with its place and bytes, never an error.
    ///
    /// - Parameter origin: has a position for each record; the rows of the batch keep theirs.
    func decode(_ records: RawRecords, origin: Origin) -> DecodedBatch

    /// Decodes a block that a framer of the same format found.
    func decode(_ block: any RecordBlock, _ request: ReadRequest) -> DecodedBatch

    /// The same decoder, which tells of members that none of the known ones is; itself where records do not name their members.
    func noticing(membersBeyond known: KnownMembers) -> any RecordDecoder
}

extension RecordDecoder {
    package func decode(_ framed: FramedRecords) -> DecodedBatch { decode(framed.records, origin: framed.origin) }
    package func noticing(membersBeyond known: KnownMembers) -> any RecordDecoder { self }
}

/// Turns batches into a format's bytes.
package protocol RecordEncoder: Sendable {
    /// What stands once at the start of a file; empty where the format has nothing there.
    var header: [UInt8] { get }

    /// Appends the rows. The batch's columns have the names, order and types that the encoder was made for.
    ///
    /// - Throws: `valueDoesNotFit` for a value that would be read back as another one.
    func encode(_ batch: Batch, into bytes: inout [UInt8]) throws(SluiceError)
}
