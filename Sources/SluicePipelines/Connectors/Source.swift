package import SluiceCore

/// A part of a source that one task reads from start to end: a file, a shard, a page window.
package struct SourceSplit: Sendable {
    /// Stable name of the split: the same file or shard has the same in every run.
    package var id: String
    /// Bytes to be read, as stored (compressed); nil where nobody knows before the end.
    package var bytes: Int64?

    package init(id: String, bytes: Int64?) {
        self.id = id
        self.bytes = bytes
    }
}

/// Rows in, by split. Every connector, format and stream that can be read is one of these.
package protocol Source: Sendable {
    /// All columns on offer, inferred or declared; a read asks for some of them.
    var schema: Schema { get }
    /// Things that a person should know before the run: a column absent from some files, a header that looks like data.
    var notices: [String] { get }

    /// What there is to read, in a stable order: the order of the result where a step asks for one.
    func splits() async throws -> [SourceSplit]

    /// Opens a split.
    ///
    /// - Parameter columns: the columns wanted, in the order wanted; each is in `schema`.
    /// - Parameter keepsRaw: whether batches carry the records' bytes in their origin.
    func open(_ split: SourceSplit, columns: [String], keepsRaw: Bool) async throws -> any SplitReader
}

/// Reads one split; owned by one task.
package protocol SplitReader: AnyObject {
    /// The next rows and what could not be made into rows; nil at the end.
    func next() async throws -> ReadBatch?
    /// Bytes taken from the split so far, in the unit of `SourceSplit.bytes`.
    var bytesRead: Int64 { get }
}

/// What a reader hands on at once: good rows, and the records that are none.
package struct ReadBatch: Sendable {
    /// Its schema is the columns asked for.
    package var batch: Batch
    package var rejects: [Reject]

    package init(batch: Batch, rejects: [Reject] = []) {
        self.batch = batch
        self.rejects = rejects
    }
}
