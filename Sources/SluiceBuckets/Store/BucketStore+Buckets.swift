import SluiceCore
import SluiceSQLite

extension BucketStore {
    /// Of all owners, by name.
    package func buckets() throws(BucketFailure) -> [BucketInfo] { try read { index throws(SluiceError) in try index.buckets() } }

    /// - Throws: `noSuchBucket`.
    package func bucket(_ name: String) throws(BucketFailure) -> BucketInfo {
        let bucket = try known.bucket(name) { () throws(BucketFailure) in
            try read { index throws(SluiceError) in try index.bucket(name) }
        }
        guard let bucket else { throw .noSuchBucket(name) }
        return bucket
    }

    /// - Throws: `invalidBucketName`, `bucketExists`.
    package func createBucket(_ name: String, owner: String, region: String) async throws(BucketFailure) {
        guard BucketName.isValid(name) else { throw .invalidBucketName(name) }
        let folder = folders.folder(name)
        try await committer.commit { change throws(BucketFailure) in
            if let bucket = try change.onDisk({ index throws(SluiceError) in try index.bucket(name) }) {
                throw .bucketExists(name, isOwn: bucket.owner == owner)
            }
            try change.onDisk { index throws(SluiceError) in
                try DiskFiles.createDirectories(folder)
                try index.insertBucket(name, owner: owner, region: region, change.nowMicros)
            }
        }
    }

    /// - Throws: `noSuchBucket`, `bucketNotEmpty`; uploads that are not completed end with the bucket.
    package func deleteBucket(_ name: String) async throws(BucketFailure) {
        let folders = folders
        defer { known.forget() }
        try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            let isGone = try change.onDisk { index throws(SluiceError) in
                guard try index.isEmpty(bucket) else { return false }
                return try folders.removeFolder(name)
            }
            guard isGone else { throw .bucketNotEmpty(name) }
            do throws(SluiceError) {
                for upload in try change.index.uploads(bucket) { try change.end(upload, bucket) }
                try change.index.deleteBucket(bucket)
            } catch { throw .disk(error) }
        }
    }

    /// Removes all buckets and all that is in them.
    package func reset() async throws(BucketFailure) {
        let folders = folders
        defer { known.forget() }
        try await committer.commit { change throws(BucketFailure) in
            let index = change.index
            do throws(SluiceError) {
                for bucket in try index.buckets() {
                    for upload in try index.uploads(bucket) { try change.end(upload, bucket) }
                    for table in ["objects", "older"] { try index.run("DELETE FROM \(table) WHERE bucket = ?", [.integer(bucket.id)]) }
                    try index.deleteBucket(bucket)
                }
                try index.forget(through: .max)
                try index.run("DELETE FROM events", [])
                for name in try DiskFiles.list(folders.root) where name != ".sluice" { try DiskFiles.removeTree(folders.folder(name)) }
                try folders.removeNameless()
            } catch { throw .disk(error) }
        }
    }

    /// Whether versions are kept from now on.
    package func setVersioning(_ name: String, _ versioning: BucketInfo.Versioning) async throws(BucketFailure) {
        defer { known.forget() }
        try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            try change.onDisk { index throws(SluiceError) in try index.setVersioning(bucket, versioning) }
        }
    }

    /// What somebody set for a bucket, as it came: `cors`, `lifecycle`, `policy`, …
    ///
    /// - Throws: `noSuchBucket`, `noSuchSetting`.
    package func setting(_ name: String, _ kind: String) throws(BucketFailure) -> [UInt8] {
        let bucket = try bucket(name)
        guard let value = try read({ index throws(SluiceError) in try index.setting(bucket, kind) }) else { throw .noSuchSetting(kind) }
        return value
    }

    /// - Parameter value: Nil takes the setting away.
    package func set(_ name: String, _ kind: String, _ value: [UInt8]?) async throws(BucketFailure) {
        defer { known.forget() }
        try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            try change.onDisk { index throws(SluiceError) in try index.set(bucket, kind, value) }
        }
    }
}
