import Synchronization

/// What the store knows of its buckets, so that a request for an object does not look its bucket up in the index.
///
/// Whoever changes buckets in the index forgets them behind it. What was read before that moment is not remembered behind it.
final class KnownBuckets: Sendable {
    private struct State {
        var buckets: [String: BucketInfo] = [:]
        /// How often buckets were changed.
        var changes = 0
    }
    private let state = Mutex(State())

    /// The bucket of a name, looked up where it is not known.
    func bucket<Failure: Error>(_ name: String, _ lookUp: () throws(Failure) -> BucketInfo?) throws(Failure) -> BucketInfo? {
        let (known, changes) = state.withLock { ($0.buckets[name], $0.changes) }
        if let known { return known }
        guard let bucket = try lookUp() else { return nil }
        state.withLock { state in
            guard state.changes == changes else { return }
            if state.buckets.count >= BucketLimits.knownBuckets { state.buckets.removeAll() }
            state.buckets[name] = bucket
        }
        return bucket
    }

    func forget() {
        state.withLock { state in
            state.changes += 1
            state.buckets.removeAll()
        }
    }
}
