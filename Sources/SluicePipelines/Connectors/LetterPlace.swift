package import SluiceCatalog
package import SluiceCore

/// A connector that can keep copies of records which could not be processed outside of the file system.
package protocol LetterKeeping: Connector {
    /// - Parameter location: Where the copies go: `s3://bucket/errors`.
    /// - Throws: `invalidOption` for what is no such place, `notFound` for one that is not there, what the system behind it refuses.
    func letterPlace(_ location: String, in context: ConnectorContext) throws(SluiceError) -> any LetterPlace
}

/// A place outside of the file system, such as a bucket, that gets files of records which could not be processed.
///
/// What is staged becomes visible with the commit of its run, or not at all.
package protocol LetterPlace: Sendable {
    /// The directory that a run may leave behind on the local disk.
    func stagingPath(run: String) -> String

    /// Sends a complete file to its place, where nobody sees it before the commit; blocks until it is there.
    ///
    /// - Parameters:
    ///   - path: On the local disk, in the state directory; it stays.
    ///   - name: What the copy is called, without directories.
    ///   - run: As the outputs of the run, or of its epoch, are called.
    /// - Returns: What the commit has to record.
    func stage(_ path: String, as name: String, run: String) throws(SluiceError) -> OutputCommit

    /// Writes a file at once, in place of one of the same name.
    ///
    /// - Returns: Where it is, for people.
    func put(_ bytes: [UInt8], as name: String) throws(SluiceError) -> String

    /// Drops what was staged for a run that does not commit.
    func discard(run: String) async
}
