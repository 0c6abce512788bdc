package import SluiceAWS
import SluiceCore

extension BucketStore {
    /// What an object is about to be made of.
    ///
    /// - Parameter checksums: Those that are computed on the way.
    package func newFile(_ checksums: [ObjectChecksum.Algorithm] = []) -> NewFile {
        let stamp = rounds.stamp()
        return NewFile(stamp: stamp, path: folders.stagedPath(stamp), checksums: checksums)
    }

    /// Does blocking work of a request where it disturbs nobody.
    func onThread<Result: Sendable>(
        _ body: @escaping @Sendable () throws(SluiceError) -> Result
    ) async throws(BucketFailure) -> Result {
        try await BlockingThreads.files.answer { Swift.Result { () throws(BucketFailure) in try BucketFailure.onDisk(body) } }.get()
    }

    /// Appends bytes to a file, on a thread that may wait where they go to the disk.
    package func append(_ bytes: [UInt8], to file: NewFile) async throws(BucketFailure) {
        guard file.goesToDisk(adding: bytes.count) else {
            return try BucketFailure.onDisk { () throws(SluiceError) in try file.append(bytes) }
        }
        try await onThread { () throws(SluiceError) in try file.append(bytes) }
    }

    /// Makes a file the object of a key.
    ///
    /// - Parameter kind: What those who watch the bucket are told.
    /// - Throws: `noSuchBucket`, `preconditionFailed`, `noSuchKey` for a condition on an object that is not there.
    package func put(
        _ name: String, _ key: ObjectKey, _ file: NewFile, _ traits: ObjectTraits, if condition: WriteCondition = WriteCondition(),
        as kind: ObjectEvent.Kind = .put
    ) async throws(BucketFailure) -> ObjectVersion {
        let version = try await finished(file, key, file.digests.etag, traits)
        let content = file.content
        let written = try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            if !condition.isEmpty {
                try condition.check(try change.onDisk { index throws(SluiceError) in try index.object(bucket, key) }, key)
            }
            do throws(SluiceError) { return try change.write(version, bucket, content: content, as: kind) } catch { throw .disk(error) }
        }
        file.keep()
        return written
    }

    /// The version that a file becomes; its bytes are durable then, or small enough for the journal.
    func finished(_ file: NewFile, _ key: ObjectKey, _ etag: String, _ traits: ObjectTraits) async throws(BucketFailure) -> ObjectVersion {
        if file.content == nil { try await onThread { () throws(SluiceError) in try file.finish() } }
        let stored = StoredFile(stamp: file.stamp, fileTime: file.stamp, byteCount: file.byteCount, place: .nameless)
        return ObjectVersion(
            key: key, versionID: ObjectVersion.nullID, isMarker: false, byteCount: file.byteCount, modifiedMicros: clock.nowMicros(),
            etag: etag, traits: traits, isCurrent: true, file: stored)
    }

    /// A version as the index has it.
    ///
    /// - Throws: `noSuchBucket`, `noSuchKey`, `noSuchVersion`, `deleteMarker`.
    package func info(_ name: String, _ key: ObjectKey, version id: String? = nil) throws(BucketFailure) -> ObjectVersion {
        let bucket = try bucket(name)
        guard let id else {
            if let object = try read({ index throws(SluiceError) in try index.object(bucket, key) }) { return object }
            guard bucket.versioning != .never, let newest = try read({ index throws(SluiceError) in try index.newestOlder(bucket, key) }),
                newest.isMarker
            else { throw .noSuchKey(key) }
            throw .deleteMarker(newest, isCurrent: true)
        }
        let version = try readTogether { index throws(SluiceError) in try index.version(bucket, key, id) }
        guard let version else { throw .noSuchVersion(key, id) }
        if version.isMarker { throw .deleteMarker(version, isCurrent: false) }
        return version
    }

    /// Opens a version to be read. A file that another program put under the key, changed or removed is found out on the way.
    ///
    /// - Throws: as `info`.
    package func open(_ name: String, _ key: ObjectKey, version id: String? = nil) async throws(BucketFailure) -> OpenObject {
        for attempt in 0..<Self.openAttempts {
            let version: ObjectVersion
            do throws(BucketFailure) {
                version = try info(name, key, version: id)
            } catch .noSuchKey where id == nil && attempt == 0 && folders.found(name, key) != nil {
                try await adopt(name, key)
                continue
            }
            if let descriptor = folders.open(version.file, name, key) { return OpenObject(version, descriptor) }
            if attempt == 0 {
                // It is being moved: everything that was committed is in its place behind the next commit.
                try await committer.commit { _ throws(BucketFailure) in }
            } else if version.isCurrent {
                // Nobody of ours moves it any more.
                try await adopt(name, key)
            }
        }
        throw .disk(
            SluiceError(
                .stateCorrupt, "the file of \(key.text.quotedForMessage) is gone or cannot be opened",
                at: .file(path: folders.folder(name)),
                remedy: "delete the version, and look at the rights of the folder"))
    }

    /// A version that others write again and again is behind each look.
    private static let openAttempts = 64

    /// What came of a removal.
    package struct Removal: Hashable, Sendable {
        /// Of the version that was removed, or of the marker that was made.
        package var versionID: String?
        package var isMarker: Bool
    }

    /// Removes what a key stands for, or one version for good; nothing there is fine.
    ///
    /// - Parameter isExpiry: Whether the rules of the bucket ask for it.
    /// - Throws: `noSuchBucket`, `preconditionFailed`; `noSuchKey` for a condition on an object that is not there.
    package func delete(
        _ name: String, _ key: ObjectKey, version id: String? = nil, if condition: WriteCondition = WriteCondition(), isExpiry: Bool = false
    ) async throws(BucketFailure) -> Removal {
        try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            let version = try change.onDisk { index throws(SluiceError) in
                if let id { try index.version(bucket, key, id) } else { try index.object(bucket, key) }
            }
            try condition.check(version?.isMarker == true ? nil : version, key)
            do throws(SluiceError) {
                if let id {
                    if let version { try change.delete(version, bucket, isExpiry: isExpiry) }
                    return Removal(versionID: id, isMarker: version?.isMarker ?? false)
                }
                // A file that another program put there goes as well.
                if version == nil, bucket.versioning == .never, let found = change.folders.found(name, key) {
                    change.remove(
                        StoredFile(stamp: found.fileTime, fileTime: found.fileTime, byteCount: found.byteCount, place: .folder), name, key)
                }
                let marker = try change.delete(bucket, key, isExpiry: isExpiry)
                return Removal(versionID: marker?.versionID, isMarker: marker != nil)
            } catch { throw .disk(error) }
        }
    }

    /// Changes what is said of a version: its tags.
    ///
    /// - Throws: as `info`.
    /// - Returns: The version's id.
    package func setTags(
        _ name: String, _ key: ObjectKey, version id: String? = nil, _ tags: [ObjectTraits.Field]
    ) async throws(BucketFailure) -> String {
        _ = try await open(name, key, version: id)
        return try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            let found = try change.onDisk { index throws(SluiceError) in
                if let id { try index.version(bucket, key, id) } else { try index.object(bucket, key) }
            }
            guard var version = found else { throw id.map { .noSuchVersion(key, $0) } ?? .noSuchKey(key) }
            version.traits.tags = tags
            let isObject = try change.onDisk { index throws(SluiceError) in
                try index.object(bucket, key)?.file.stamp == version.file.stamp
            }
            try change.onDisk { index throws(SluiceError) in try index.insert(version, bucket, isObject: isObject) }
            do throws(SluiceError) { try change.note(tags.isEmpty ? .untagged : .tagged, version, bucket) } catch { throw .disk(error) }
            return version.versionID
        }
    }
}
