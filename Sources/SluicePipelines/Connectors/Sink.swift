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

    /// Checks that rows of `schema` can be written, before anything is read.
    func check(_ schema: Schema) throws

    /// Refuses a source whose next reading would find what this sink writes.
    func check(reading source: any Source) throws

    /// Where the run will stage its output: recorded before anything is written, so that whoever opens the state next can remove it.
    func stagingPaths(run: String) -> [String]

    /// A writer for one task of the run; writers work side by side.
    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter

    /// What the run's one commit must record and make visible, from the files that all writers staged.
    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit

    /// Ends an abandoned run: closes what it opened and removes what it staged.
    func discard(run: String) async
}

extension Sink {
    package func check(reading source: any Source) throws {}
    package func stagingPaths(run: String) -> [String] { [] }
}

/// Stages the rows of one task.
package protocol SinkWriter: AnyObject {
    func write(_ batch: Batch) async throws
    /// Everything written is durable on return.
    func finish() async throws -> [StagedFile]
    var bytesWritten: Int64 { get }
}

/// An output file that is complete and durable under its temporary name.
package struct StagedFile: Sendable {
    package var stagedPath: String
    package var finalPath: String
    /// Values of the partition columns as text, in the order of the table's partition keys; empty for an unpartitioned table.
    package var partition: [String]
    package var rowCount: Int64
    package var byteCount: Int64

    package init(stagedPath: String, finalPath: String, partition: [String], rowCount: Int64, byteCount: Int64) {
        self.stagedPath = stagedPath
        self.finalPath = finalPath
        self.partition = partition
        self.rowCount = rowCount
        self.byteCount = byteCount
    }
}
