package import SluiceCore

/// A source that can decode single records of its kind again: those that were read before and could not be processed.
package protocol ReplayableSource: Source {
    /// What has to be kept with the records of a file so that they can be decoded when the file is another one.
    ///
    /// - Returns: Nil where records name their columns themselves, or the file cannot be read any more.
    func header(ofRecordsAt place: SourceLocation) -> FileHeader?

    /// A decoder of records that stood in a file or shard, as the source would decode them today.
    ///
    /// - Parameter header: What was kept with them.
    /// - Returns: Nil where nobody knows any more how they were written: their file is gone, or its format has no single records.
    func decoder(ofRecordsAt place: SourceLocation, _ header: FileHeader?, columns: [String]) async throws -> (any PayloadDecoder)?
}

extension ReplayableSource {
    package func header(ofRecordsAt place: SourceLocation) -> FileHeader? { nil }
}

/// The header above records, and of which version of their file it is.
package struct FileHeader: Hashable, Sendable, Codable {
    package var columns: [String]
    /// Equal for files that were not written anew in between.
    package var version: String

    package init(columns: [String], version: String) {
        self.columns = columns
        self.version = version
    }
}
