/// Leases to create and remove as shards are split, merged, read and trimmed.
package struct LeaseRestructure: Hashable, Sendable {
    /// The revision of the snapshot that it was planned on.
    package var revision: Int64
    package var created: [NewLease] = []
    /// Shards that the stream no longer has: nothing is left to read.
    package var vanished: [String] = []
    /// Finished leases that nobody needs.
    package var removed: [String] = []

    package init(revision: Int64) { self.revision = revision }

    package var isEmpty: Bool { created.isEmpty && vanished.isEmpty && removed.isEmpty }
}
