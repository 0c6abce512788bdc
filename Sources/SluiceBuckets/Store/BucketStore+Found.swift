import Glibc
import SluiceCore

/// Files that other programs put into the folders of buckets are objects, too.
extension BucketStore {
    /// Makes the index agree with the file that is under a key: takes it in, takes it in anew, or forgets that there was one.
    func adopt(_ name: String, _ key: ObjectKey) async throws(BucketFailure) {
        let folders = folders
        let digest = try await onThread { () throws(SluiceError) -> FoundFile? in
            guard let found = folders.openFound(name, key) else { return nil }
            defer { Glibc.close(found.descriptor) }
            return FoundFile(fileTime: found.fileTime, byteCount: found.byteCount, etag: try Self.etag(found.descriptor, key))
        }
        try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            let object = try change.onDisk { index throws(SluiceError) in try index.object(bucket, key) }
            let now = change.folders.found(name, key)
            // Somebody put an object there meanwhile, or the key's file is elsewhere.
            if let object, object.file.place != .folder || now.map({ $0 == (object.file.fileTime, object.byteCount) }) == true { return }
            do throws(SluiceError) {
                guard let digest, let now, now == (digest.fileTime, digest.byteCount) else {
                    if now == nil, let object { try change.missing(object, bucket) }
                    return
                }
                try change.take(digest, bucket, key, replacing: object)
            } catch { throw .disk(error) }
        }
    }

    /// MD5 of an open file.
    private static func etag(_ descriptor: Int32, _ key: ObjectKey) throws(SluiceError) -> String {
        var digests = BodyDigests([])
        var buffer = [UInt8](repeating: 0, count: BucketLimits.readBytes)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return digests.etag }
            guard count > 0 else { throw .system(errno, cannot: "read", key.text) }
            buffer.withUnsafeBytes { digests.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// Takes in all files of a bucket's folder that are not the ones of the index.
    ///
    /// - Complexity: O(files of the folder); one by one, so that requests go on meanwhile.
    package func scan(_ name: String) async throws(BucketFailure) {
        let top = folders.folder(name)
        var folders = [""]
        while let folder = folders.popLast() {
            let names = try await onThread { () throws(SluiceError) in try DiskFiles.list(folder.isEmpty ? top : "\(top)/\(folder)") }
            for entry in names {
                let path = folder.isEmpty ? entry : "\(folder)/\(entry)"
                var status = stat()
                guard lstat("\(top)/\(path)", &status) == 0 else { continue }
                if status.st_mode & S_IFMT == S_IFDIR { folders.append(path) }
                guard status.st_mode & S_IFMT == S_IFREG, let key = ObjectKey(path), key.fileName != nil else { continue }
                let bucket = try bucket(name)
                let known = try read { index throws(SluiceError) in try index.object(bucket, key) }
                if known.map({ $0.file.place != .folder || status.isSame($0.file) }) != true { try await adopt(name, key) }
            }
        }
    }
}

/// A file that another program put into a bucket's folder.
struct FoundFile: Sendable {
    var fileTime: Int64
    var byteCount: Int64
    var etag: String
}

extension Change {
    /// Forgets an object whose file another program removed; writes it again where the journal still has it, because then a full disk may be
    /// why it is not there.
    mutating func missing(_ object: ObjectVersion, _ bucket: BucketInfo) throws(SluiceError) {
        if let content = try index.content(object.file.stamp) {
            settle(object.file, bucket.name, object.key, content: content)
        } else {
            try delete(object, bucket)
        }
    }

    /// Makes a file the object of its key.
    mutating func take(_ found: FoundFile, _ bucket: BucketInfo, _ key: ObjectKey, replacing object: ObjectVersion?) throws(SluiceError) {
        let file = StoredFile(stamp: stamp(), fileTime: found.fileTime, byteCount: found.byteCount, place: .folder)
        let version = ObjectVersion(
            key: key, versionID: object?.versionID ?? ObjectVersion.nullID, isMarker: false, byteCount: found.byteCount,
            modifiedMicros: found.fileTime / 1_000, etag: found.etag, traits: ObjectTraits(), isCurrent: true, file: file)
        // Where the bucket had a null version among the older ones, this is the one now.
        if let old = try index.version(bucket, key, version.versionID), old.file != object?.file {
            try index.deleteOlder(bucket, key, stamp: old.file.stamp)
            remove(old, bucket.name)
        }
        try index.insert(version, bucket, isObject: true)
    }
}
