package import SluiceCatalog
import SluiceCore

/// A source whose splits several processes can share, so that each split is read by one of them at a time.
package protocol SharedSource: IncrementalSource {
    /// Makes this process one of those that read the source for a pipeline; it takes part once `run` is called.
    func membership(of pipeline: String, _ options: MembershipOptions, in catalog: Catalog) throws -> any SourceMembership
}

/// How a process takes part.
package struct MembershipOptions: Sendable {
    /// What the process is called, unlike any other that takes part.
    package var member: String
    /// How long a member may be silent before others take its splits, for the first member that ever takes part; nil for what is usual.
    package var failoverMillis: Int?

    package init(member: String, failoverMillis: Int? = nil) {
        self.member = member
        self.failoverMillis = failoverMillis
    }
}

/// The part of a shared source that this process reads: splits are given to it and taken from it while it works.
///
/// One task runs `run`; another goes from epoch to epoch: `settle`, `slice`, then in the transaction of the commit `checkpoints`, then
/// `committed` or `refused`. Between two calls of `settle` the splits stay the same, as far as this process can tell; whether they really were
/// its own is decided by the transaction, which refuses the checkpoints of a split that another process was given meanwhile.
package protocol SourceMembership: Sendable {
    /// Takes part until `leave` was called or it cannot go on.
    func run() async throws

    /// Gives all splits to others, in order. What was read and is not committed is read again by them.
    func leave() async

    /// Gives up the splits that others asked for, and takes over those that were given.
    ///
    /// - Parameter positions: How far the splits were read by committed epochs.
    /// - Returns: Whether splits were given, so that the positions are to be looked up again: others have moved them.
    /// - Throws: what ended the membership.
    func settle(_ positions: SourcePositions) async throws -> Bool

    /// What there is to read of the splits of this process; nil where there is nothing.
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice?

    /// What the commit has to record, so that it holds only if the splits are still those of this process.
    ///
    /// - Parameter reached: How far the splits of the epoch were read.
    /// - Throws: `leaseLost` where it is known already that they are not.
    func checkpoints(at reached: SourcePositions) async throws -> [StoredCheckpoint]

    /// The transaction recorded what `checkpoints` returned.
    func committed() async

    /// The transaction was refused with `leaseLost`: the epoch is to be dropped.
    func refused() async
}
