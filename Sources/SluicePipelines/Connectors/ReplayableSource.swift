package import SluiceCore

/// A source that can decode single records of its kind again: those that were read before and could not be processed.
package protocol ReplayableSource: Source {
    /// A decoder of records that stood in a file or shard, as the source would decode them today.
    ///
    /// - Returns: Nil where nobody knows any more how they were written: their file is gone, or its format has no single records.
    func decoder(ofRecordsAt place: SourceLocation, columns: [String]) async throws -> (any PayloadDecoder)?
}
