package import SluiceCatalog
package import SluiceCore

/// What a sink promises when a run is cut off and started again.
package enum DeliveryGuarantee: String, Sendable {
    case exactlyOnce = "exactly once"
    case atLeastOnce = "at least once"
}

/// Rows out. A sink stages what it is given; nothing is visible until the run commits.
package protocol Sink: Sendable {
    var guarantee: DeliveryGuarantee { get }
    /// One line for `plan`: what is written where.
    var summary: String { get }

    /// Whether a run removes what earlier runs wrote, as one that reads only what is new must not.
    var replacesEarlierOutput: Bool { get }

    /// Whether rows of earlier runs stay beside those of a run over the whole input.
    var keepsEarlierOutput: Bool { get }

    /// Whether runs of several processes may write it at the same time.
    var takesWritersOfSeveralProcesses: Bool { get }
    /// How rows meet those that the sink has; nil for a sink that replaces all of them, or adds to them.
    var merge: SinkMerge? { get }
    /// What rows of `schema` may change of what they go to; nil: everything.
    func contract(for schema: Schema) throws -> SinkContract?

    /// Columns of the rows in which the sink takes no null: a row with one is a bad record.
    func requiredColumns(of schema: Schema) throws -> [String]

    /// Checks that rows of `schema` can be written, before anything is read.
    func check(_ schema: Schema) throws

    /// Refuses a source whose next reading would find what this sink writes.
    func check(reading source: any Source) throws

    /// Where the run will stage its output: recorded before anything is written, so that whoever opens the state next can remove it.
    func stagingPaths(run: String) -> [String]

    /// A writer for one task of the run; writers work side by side, and the rows of one task stay together.
    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter

    /// The same for a sink that tells rows of one epoch from those of others.
    ///
    /// - Parameter epoch: Counts the epochs of the pipeline, over all runs: one that is repeated has its number again. Nil for a run over the whole
    ///   input.
    func open(schema: Schema, run: String, writer: Int, epoch: Int?) async throws -> any SinkWriter

    /// Whether the rows of a source's split have to come to the sink in their order, though it is not an `OrderedSinkWriter` that takes them.
    /// It has one writer then.
    var keepsOrder: Bool { get }

    /// Whether `openOrdered` gives a writer: what a plan says of the sink.
    var writesInOrder: Bool { get }

    /// The one writer of a sink that keeps the order of all rows; nil for a sink that does not, or whose rows are spread anyway.
    func openOrdered(schema: Schema, run: String) async throws -> (any OrderedSinkWriter)?

    /// What the run's one commit must record and make visible, from the files that all writers staged.
    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit

    /// Ends an abandoned run: closes what it opened and removes what it staged.
    func discard(run: String) async
}

extension Sink {
    package var replacesEarlierOutput: Bool { false }
    package var keepsEarlierOutput: Bool { !replacesEarlierOutput }
    package var merge: SinkMerge? { nil }
    package func contract(for schema: Schema) throws -> SinkContract? { nil }
    package func requiredColumns(of schema: Schema) throws -> [String] { [] }
    package var takesWritersOfSeveralProcesses: Bool { false }
    package func check(reading source: any Source) throws {}
    package func stagingPaths(run: String) -> [String] { [] }
    package var keepsOrder: Bool { false }
    package var writesInOrder: Bool { false }
    package func open(schema: Schema, run: String, writer: Int, epoch: Int?) async throws -> any SinkWriter {
        try await open(schema: schema, run: run, writer: writer)
    }
    package func openOrdered(schema: Schema, run: String) async throws -> (any OrderedSinkWriter)? { nil }
}

/// Stages the rows of one task.
package protocol SinkWriter: AnyObject {
    func write(_ batch: Batch) async throws
    /// Everything written is durable on return.
    func finish() async throws -> [StagedFile]
    var bytesWritten: Int64 { get }
    /// Rows that it was given and did not write: what they go to refused them, and they were put aside.
    var rowsRefused: Int64 { get }
    /// What a person should know when everything is written.
    var notices: [String] { get }
}

extension SinkWriter {
    package var rowsRefused: Int64 { 0 }
    package var notices: [String] { [] }
}

/// Stages all rows of a run in order. Encoding, which is most of the work, is done by any task.
package protocol OrderedSinkWriter: AnyObject, Sendable {
    /// Whether each batch is a block by itself, so that nothing has to be collected in order.
    var makesBlockOfEachBatch: Bool { get }

    /// Takes rows in order, and gives back what is enough for a block.
    func collect(_ batch: Batch) throws -> [SinkBlock]

    /// What was collected and makes no whole block.
    func rest() throws -> [SinkBlock]

    /// Any task, in any order.
    func encode(_ block: SinkBlock) throws -> EncodedSinkBlock

    /// Takes encoded blocks in the order in which they were collected.
    func append(_ block: EncodedSinkBlock) throws

    /// Everything written is durable on return.
    func finish() throws -> [StagedFile]

    /// As stored.
    var bytesWritten: Int64 { get }
}

/// Rows that are encoded together.
package struct SinkBlock: Sendable {
    package var batches: [Batch]
    /// Whether the writer that collected it knows that it stands first in its file.
    package var isFirst: Bool

    package init(_ batches: [Batch], isFirst: Bool = false) {
        self.batches = batches
        self.isFirst = isFirst
    }
}

/// A block as the sink stores it.
package struct EncodedSinkBlock: Sendable {
    package var content: any Sendable
    package var rowCount: Int
    package var byteCount: Int

    package init(_ content: any Sendable, rowCount: Int, byteCount: Int) {
        self.content = content
        self.rowCount = rowCount
        self.byteCount = byteCount
    }
}

/// An output file that is complete and durable under its temporary name.
package struct StagedFile: Sendable {
    package var stagedPath: String
    /// Empty for records that go into a stream.
    package var finalPath: String
    /// Values of the partition columns as text, in the order of the table's partition keys; empty for an unpartitioned table.
    package var partition: [String]
    package var rowCount: Int64
    package var byteCount: Int64
    /// Index of the plan's output that it belongs to.
    package var output = 0

    package init(stagedPath: String, finalPath: String, partition: [String], rowCount: Int64, byteCount: Int64) {
        self.stagedPath = stagedPath
        self.finalPath = finalPath
        self.partition = partition
        self.rowCount = rowCount
        self.byteCount = byteCount
    }
}
