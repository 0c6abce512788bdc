package import SluiceCore

/// A source whose splits are runs of records, each of which can be decoded by itself: what can be put into a stream as it is.
package protocol RecordSource: Source {
    /// What, beside a record's own bytes, is needed to decode the records of this split later and elsewhere: column order, dialect, path.
    func envelope(of split: SourceSplit) async throws -> [UInt8]

    /// A decoder for records of the split that `envelope` came from.
    func decoder(envelope: [UInt8], columns: [String]) throws -> any PayloadDecoder
}

/// Makes rows of whole records.
package protocol PayloadDecoder: Sendable {
    /// - Parameter origin: where the records came from, one position for each; becomes the batch's origin.
    /// - Throws: what the source's definition does not allow in any record.
    func decode(_ records: RawRecords, origin: Origin) throws(SluiceError) -> ReadBatch
}
