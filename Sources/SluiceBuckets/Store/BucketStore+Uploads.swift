package import SluiceAWS
import SluiceCore

extension BucketStore {
    /// Begins an upload in parts.
    package func beginUpload(
        _ name: String, _ key: ObjectKey, _ traits: ObjectTraits, algorithm: ObjectChecksum.Algorithm?, isComposite: Bool
    ) async throws(BucketFailure) -> BucketUpload {
        let upload = BucketUpload(
            id: Self.uploadID(rounds.stamp()), key: key, startedMicros: clock.nowMicros(), algorithm: algorithm, isComposite: isComposite,
            traits: traits)
        try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            try change.onDisk { index throws(SluiceError) in try index.insert(upload, bucket) }
        }
        return upload
    }

    /// - Throws: `noSuchBucket`, `noSuchUpload`.
    package func upload(_ name: String, _ key: ObjectKey, _ id: String) throws(BucketFailure) -> BucketUpload {
        let bucket = try bucket(name)
        let found = try read { index throws(SluiceError) in
            Result { () throws(BucketFailure) in try index.upload(bucket, key, id) }
        }
        return try found.get()
    }

    /// Uploads that are not completed, by key and id.
    ///
    /// - Parameter key: Where they begin: behind the upload `id` of it, or at it.
    package func uploads(
        _ name: String, from key: [UInt8] = [], after id: String? = nil, limit: Int
    ) throws(BucketFailure) -> [BucketUpload] {
        let bucket = try bucket(name)
        return try read { index throws(SluiceError) in try index.uploads(bucket, from: key, after: id, limit: limit) }
    }

    /// By number, behind one.
    package func parts(_ upload: BucketUpload, after number: Int = 0, limit: Int = .max) throws(BucketFailure) -> [BucketPart] {
        try read { index throws(SluiceError) in try index.parts(upload.id, after: number, limit: limit) }
    }

    /// Makes a file a part of an upload, in place of an earlier one with the number.
    package func putPart(
        _ name: String, _ upload: BucketUpload, _ number: Int, _ file: NewFile
    ) async throws(BucketFailure) -> BucketPart {
        let version = try await finished(file, upload.key, file.digests.etag, ObjectTraits())
        let checksum = file.digests.checksums.first { $0.algorithm == upload.algorithm }?.value ?? ""
        let part = BucketPart(
            number: number, byteCount: file.byteCount, etag: version.etag, modifiedMicros: version.modifiedMicros, checksum: checksum,
            stamp: file.stamp)
        let content = file.content
        try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            _ = try change.index.upload(bucket, upload.key, upload.id)
            do throws(SluiceError) {
                let earlier = try change.index.parts(upload.id, after: number - 1, limit: 1).first { $0.number == number }
                try change.index.insert(part, upload.id)
                change.settle(part.file, name, upload.key, content: content)
                if let earlier { change.remove(earlier.file, name, upload.key) }
            } catch { throw .disk(error) }
        }
        file.keep()
        return part
    }

    /// Ends an upload without an object.
    package func abort(_ name: String, _ key: ObjectKey, _ id: String) async throws(BucketFailure) {
        try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            let upload = try change.index.upload(bucket, key, id)
            do throws(SluiceError) { try change.end(upload, bucket) } catch { throw .disk(error) }
        }
    }

    private static func uploadID(_ stamp: Int64) -> String {
        let random = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        return String(stamp, radix: 36) + "." + random
    }
}

extension Change {
    /// Removes an upload with its parts.
    mutating func end(_ upload: BucketUpload, _ bucket: BucketInfo) throws(SluiceError) {
        for part in try index.parts(upload.id) { remove(part.file, bucket.name, upload.key) }
        try index.deleteUpload(upload.id)
    }
}
