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

    /// Whether it may go on without end, as a stream does.
    var isEndless: Bool { get }

    /// What a run over the whole source misses, as a person should know: records that damage took.
    func losses() throws -> [String]

    /// What there is to read, in a stable order: the order of the result where a step asks for one.
    func splits() async throws -> [SourceSplit]

    /// The same source with fewer members in the types of some columns, where it can leave these unread; itself otherwise.
    ///
    /// - Parameter schema: the source's own, but for struct members that nobody reads.
    func narrowed(to schema: Schema) -> any Source

    /// Opens a split.
    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader
}

extension Source {
    package var isEndless: Bool { false }
    package func losses() throws -> [String] { [] }
    package func narrowed(to schema: Schema) -> any Source { self }
}

/// What is wanted of a split.
package struct SourceRequest: Sendable {
    /// The columns wanted, in the order wanted; each is in the source's schema.
    package var columns: [String]
    /// Rows that do not fulfil it may be left out; its columns are among those wanted.
    package var condition: (any RowCondition)?
    /// Whether batches carry the records' bytes in their origin.
    package var keepsRaw: Bool
    /// Takes what a person should know while the split is read.
    package var note: @Sendable (String) -> Void = { _ in }

    package init(_ columns: [String], condition: (any RowCondition)? = nil, keepsRaw: Bool) {
        self.columns = columns
        self.condition = condition
        self.keepsRaw = keepsRaw
    }
}

/// Goes through one split in order and cuts it into pieces that any task can decode; used by one task at a time.
package protocol SplitReader: AnyObject, Sendable {
    /// The next piece, in order; cheap beside decoding it. Nil at the end.
    func next() async throws -> (any SplitPiece)?
    /// Bytes taken from the split so far, in the unit of `SourceSplit.bytes`.
    var bytesRead: Int64 { get }
}

/// Some thousand records of a split, or a row group.
package protocol SplitPiece: Sendable {
    /// The next rows of the piece, in order; nil at its end.
    mutating func next() throws -> ReadBatch?
}

/// What a piece hands on at once: good rows, and the records that are none.
package struct ReadBatch: Sendable {
    /// Its schema is the columns asked for.
    package var batch: Batch
    package var rejects: [Reject]
    /// Rows that were read and left out, because the request's condition does not keep them.
    package var skippedRows: Int
    /// Parts of the records that no column has a place for.
    package var newMembers: NewMembers?

    package init(batch: Batch, rejects: [Reject] = [], skippedRows: Int = 0, newMembers: NewMembers? = nil) {
        self.batch = batch
        self.rejects = rejects
        self.skippedRows = skippedRows
        self.newMembers = newMembers
    }
}

/// A piece of one batch, which is decoded when it is asked for.
package struct DeferredBatch: SplitPiece {
    private var decode: (@Sendable () throws -> ReadBatch)?

    package init(_ decode: @escaping @Sendable () throws -> ReadBatch) { self.decode = decode }

    package mutating func next() throws -> ReadBatch? {
        defer { decode = nil }
        return try decode?()
    }
}

extension SplitReader {
    /// Reads the rest of the split in this task.
    package func forEachBatch(_ body: (ReadBatch) async throws -> Void) async throws {
        while var piece = try await next() {
            while let read = try piece.next() { try await body(read) }
        }
    }
}
