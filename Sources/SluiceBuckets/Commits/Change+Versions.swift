import SluiceCore

/// What writes and removals do to the versions of a key. Source: S3's user guide, "How S3 Versioning works".
extension Change {
    /// Makes a version the one that a key stands for; the one before becomes an older one, or goes, as the bucket's versioning says.
    ///
    /// - Returns: The version with its id and place.
    mutating func write(
        _ version: ObjectVersion, _ bucket: BucketInfo, content: [UInt8]?, as kind: ObjectEvent.Kind
    ) throws(SluiceError) -> ObjectVersion {
        var version = version
        version.versionID = bucket.versioning == .enabled ? ObjectVersion.newID(version.file.stamp) : ObjectVersion.nullID
        version.file.place = folders.place(bucket.name, version.key)
        let replaced = try displace(bucket, version.key, by: version.versionID)
        try index.insert(version, bucket, isObject: true)
        settle(version.file, bucket.name, version.key, content: content)
        for old in replaced { remove(old, bucket.name) }
        try note(kind, version, bucket)
        return version
    }

    /// Removes what a key stands for: a delete marker takes its place where the bucket keeps versions.
    ///
    /// - Returns: The marker.
    mutating func delete(_ bucket: BucketInfo, _ key: ObjectKey, isExpiry: Bool = false) throws(SluiceError) -> ObjectVersion? {
        guard bucket.versioning != .never else {
            if let object = try index.object(bucket, key) {
                try index.deleteObject(bucket, key)
                remove(object, bucket.name)
                try note(isExpiry ? .expired : .deleted, object, bucket)
            }
            return nil
        }
        let stamp = stamp()
        let id = bucket.versioning == .enabled ? ObjectVersion.newID(stamp) : ObjectVersion.nullID
        let replaced = try displace(bucket, key, by: id)
        try index.deleteObject(bucket, key)
        let marker = ObjectVersion(
            key: key, versionID: id, isMarker: true, byteCount: 0, modifiedMicros: nowMicros, etag: "", traits: ObjectTraits(),
            isCurrent: true, file: StoredFile(stamp: stamp, fileTime: stamp, byteCount: 0, place: .nameless))
        try index.insert(marker, bucket, isObject: false)
        for old in replaced { remove(old, bucket.name) }
        try note(isExpiry ? .expiredToMarker : .marked, marker, bucket)
        return marker
    }

    /// Removes one version for good; the newest of the others becomes the one that the key stands for.
    mutating func delete(_ version: ObjectVersion, _ bucket: BucketInfo, isExpiry: Bool = false) throws(SluiceError) {
        let object = try index.object(bucket, version.key)
        if object?.file.stamp == version.file.stamp {
            try index.deleteObject(bucket, version.key)
        } else {
            try index.deleteOlder(bucket, version.key, stamp: version.file.stamp)
        }
        if object == nil || object?.file.stamp == version.file.stamp { try promote(bucket, version.key) }
        remove(version, bucket.name)
        try note(isExpiry ? .expired : .deleted, version, bucket)
    }

    /// Makes room for a version with an id.
    ///
    /// - Returns: Versions that are gone from the index and whose files have to go.
    private mutating func displace(_ bucket: BucketInfo, _ key: ObjectKey, by id: String) throws(SluiceError) -> [ObjectVersion] {
        var gone: [ObjectVersion] = []
        if var object = try index.object(bucket, key) {
            if bucket.versioning == .never || object.versionID == id {
                gone.append(object)
            } else {
                object.file.place = .nameless
                try index.insert(object, bucket, isObject: false)
                settle(object.file, bucket.name, key)
            }
        }
        if bucket.versioning == .suspended, let old = try index.version(bucket, key, id), !gone.contains(where: { $0.file == old.file }) {
            try index.deleteOlder(bucket, key, stamp: old.file.stamp)
            gone.append(old)
        }
        return gone
    }

    /// The newest of the older versions of a key that stands for nothing, unless it is a marker.
    private mutating func promote(_ bucket: BucketInfo, _ key: ObjectKey) throws(SluiceError) {
        guard var newest = try index.newestOlder(bucket, key), !newest.isMarker else { return }
        try index.deleteOlder(bucket, key, stamp: newest.file.stamp)
        newest.file.place = folders.place(bucket.name, key)
        try index.insert(newest, bucket, isObject: true)
        settle(newest.file, bucket.name, key)
    }
}
