/// What must hold of a key in the moment in which it is written or removed.
package struct WriteCondition: Hashable, Sendable {
    /// An entity tag without quotes, or `*`, that the object must have.
    package var matches: String?
    /// `*`: there must be no object; an entity tag that it must not have.
    package var matchesNot: String?
    package var modifiedSeconds: Int64?
    package var byteCount: Int64?

    package init() {}

    /// Whether nothing has to hold.
    var isEmpty: Bool { self == WriteCondition() }

    /// - Parameter current: Nil where there is no object, and for a delete marker.
    func check(_ current: ObjectVersion?, _ key: ObjectKey) throws(BucketFailure) {
        if let matches {
            guard let current else { throw .noSuchKey(key) }
            guard matches == "*" || matches == current.etag else { throw .preconditionFailed("If-Match") }
        }
        if let matchesNot, let current, matchesNot == "*" || matchesNot == current.etag { throw .preconditionFailed("If-None-Match") }
        if let modifiedSeconds, let current, current.modifiedMicros / 1_000_000 != modifiedSeconds {
            throw .preconditionFailed("x-amz-if-match-last-modified-time")
        }
        if let byteCount, let current, current.byteCount != byteCount { throw .preconditionFailed("x-amz-if-match-size") }
    }
}
