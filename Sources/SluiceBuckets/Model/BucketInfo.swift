/// A bucket.
package struct BucketInfo: Hashable, Sendable {
    /// Whether older versions of objects are kept; a bucket that never had versions differs from one that has no new ones.
    package enum Versioning: Int64, Sendable { case never, enabled, suspended }

    /// Never used again for another bucket.
    let id: Int64
    package let name: String
    /// Number of the account.
    package let owner: String
    package let region: String
    /// Since 1970.
    package let createdMicros: Int64
    package let versioning: Versioning
    /// Whether somebody wants to know of its events.
    let isWatched: Bool
    /// Whether rules say when its objects are removed.
    package let hasLifecycle: Bool

    /// The setting that the rules are in.
    package static let lifecycle = "lifecycle"
}
