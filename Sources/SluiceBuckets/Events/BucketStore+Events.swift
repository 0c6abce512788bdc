import SluiceCore

/// Events of objects: noted in the transaction that makes them true, and kept until somebody has them.
extension BucketStore {
    /// Puts other watches in the place of a bucket's, together with the setting that names them. Events that wait are delivered as they were
    /// noted.
    ///
    /// - Parameter value: The setting as it is told; nil takes it away.
    package func setWatches(_ name: String, _ kind: String, _ value: [UInt8]?, _ watches: [BucketWatch]) async throws(BucketFailure) {
        defer { known.forget() }
        try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            try change.onDisk { index throws(SluiceError) in
                try index.set(bucket, kind, value)
                try index.setWatches(bucket, watches)
            }
        }
    }

    /// The oldest events that wait, in their order.
    package func waitingEvents(limit: Int) throws(BucketFailure) -> [ObjectEvent] {
        try read { index throws(SluiceError) in try index.events(limit: limit) }
    }

    /// Forgets events that somebody has.
    package func forget(_ events: [ObjectEvent]) async throws(BucketFailure) {
        try await committer.commit { change throws(BucketFailure) in
            try change.onDisk { index throws(SluiceError) in
                for event in events { try index.forgetEvent(event.number) }
            }
        }
    }
}

extension Change {
    /// Notes an event for everybody who watches the key.
    mutating func note(_ kind: ObjectEvent.Kind, _ version: ObjectVersion, _ bucket: BucketInfo) throws(SluiceError) {
        guard bucket.isWatched else { return }
        for watch in try index.watches(bucket) where watch.wants(kind, version.key) {
            let id = bucket.versioning == .never ? nil : version.versionID
            try index.insert(
                ObjectEvent(
                    number: stamp(), kind: kind, micros: nowMicros, bucket: bucket.name, owner: bucket.owner, region: bucket.region,
                    key: version.key, versionID: id, byteCount: version.byteCount, etag: version.etag, watch: watch.id,
                    target: watch.target))
            hasEvents = true
        }
    }
}
