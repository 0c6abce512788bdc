import Glibc
package import SluiceAWS
import SluiceCore

extension BucketStore {
    /// What an upload became.
    package struct Completion: Hashable, Sendable {
        package var etag: String
        package var versionID: String
        package var checksum: ObjectTraits.Checksum?
    }

    /// Makes an object of the parts of an upload; one that was completed before is answered as it was then.
    ///
    /// - Parameter checksum: What the object's checksum has to be, with or without the number of parts where it is one of their checksums; nil: not
    ///   declared.
    /// - Throws: `noSuchUpload`, `invalidPart`, `invalidPartOrder`, `partWithoutChecksum`, `partTooSmall`, `badDigest`, `preconditionFailed`; `conflict` where parts
    ///   were uploaded anew meanwhile.
    package func complete(
        _ name: String, _ key: ObjectKey, _ id: String, _ named: [NamedPart], checksum: ObjectChecksum? = nil,
        if condition: WriteCondition = WriteCondition()
    ) async throws(BucketFailure) -> Completion {
        let bucket = try bucket(name)
        let upload: BucketUpload
        do throws(BucketFailure) {
            upload = try self.upload(name, key, id)
        } catch .noSuchUpload {
            let done = try read { index throws(SluiceError) in try index.completion(bucket, key, id) }
            guard let done else { throw .noSuchUpload(id) }
            return done
        }
        let parts = try chosen(named, try self.parts(upload), upload)
        try condition.check(try read { index throws(SluiceError) in try index.object(bucket, key) }, key)
        let algorithm = upload.algorithm ?? checksum?.algorithm
        let isComposite = upload.algorithm != nil && upload.isComposite
        let file = newFile(isComposite ? [] : [algorithm].compactMap { $0 })
        try await onThread { [self] () throws(SluiceError) in
            try join(parts, name, key, into: file, digesting: !file.digests.checksums.isEmpty)
        }
        var traits = upload.traits
        traits.partBytes = parts.map(\.byteCount)
        let whole = file.digests.checksums.first.map { ObjectTraits.Checksum($0, isComposite: false) }
        let found = isComposite ? algorithm.flatMap { Self.composite(parts, $0) } : whole
        if let checksum, let found, !found.isSame(as: checksum) { throw .badDigest(checksum.algorithm.rawValue) }
        if upload.algorithm != nil {
            traits.partChecksums = parts.map(\.checksum)
            traits.checksum = found
        }
        let version = try await finished(file, key, BodyDigests.etag(ofParts: parts.map(\.etag)), traits)
        let content = file.content
        let written = try await committer.commit { change throws(BucketFailure) in
            let bucket = try change.index.existingBucket(name)
            _ = try change.index.upload(bucket, key, id)
            let all = try change.onDisk { index throws(SluiceError) in try index.parts(id) }
            guard parts.allSatisfy({ part in all.contains { $0.stamp == part.stamp } }) else { throw .conflict }
            try condition.check(try change.onDisk { index throws(SluiceError) in try index.object(bucket, key) }, key)
            do throws(SluiceError) {
                let written = try change.write(version, bucket, content: content, as: .completed)
                try change.end(upload, bucket)
                try change.index.insertCompletion(id, written, bucket)
                return written
            } catch { throw .disk(error) }
        }
        file.keep()
        return Completion(etag: written.etag, versionID: written.versionID, checksum: traits.checksum)
    }

    /// The parts that a completion names.
    private func chosen(_ named: [NamedPart], _ parts: [BucketPart], _ upload: BucketUpload) throws(BucketFailure) -> [BucketPart] {
        for (part, next) in zip(named, named.dropFirst()) where part.number >= next.number { throw .invalidPartOrder }
        let known = Dictionary(parts.map { ($0.number, $0) }) { first, _ in first }
        var chosen: [BucketPart] = []
        for name in named {
            guard let part = known[name.number], part.etag == name.etag, name.checksum == nil || name.checksum == part.checksum else {
                throw .invalidPart(name.number)
            }
            if let algorithm = upload.algorithm, upload.isComposite, name.checksum == nil {
                throw .partWithoutChecksum(name.number, algorithm.rawValue)
            }
            chosen.append(part)
        }
        guard !chosen.isEmpty else { throw .invalidPart(1) }
        for part in chosen.dropLast() where part.byteCount < BucketLimits.partBytes {
            throw .partTooSmall(number: part.number, byteCount: part.byteCount)
        }
        return chosen
    }

    private func join(
        _ parts: [BucketPart], _ bucket: String, _ key: ObjectKey, into file: NewFile, digesting: Bool
    ) throws(SluiceError) {
        for part in parts {
            guard let descriptor = folders.open(part.file, bucket, key) else {
                throw SluiceError(
                    .interrupted, "part \(part.number) was replaced while the upload was completed", remedy: "complete it again",
                    isRetriable: true)
            }
            defer { Glibc.close(descriptor) }
            try file.append(descriptor, 0..<part.byteCount, digesting: digesting)
        }
    }

    /// The checksum of the checksums of the parts. Source: S3's user guide, "Checking object integrity in Amazon S3", composite checksums.
    private static func composite(_ parts: [BucketPart], _ algorithm: ObjectChecksum.Algorithm) -> ObjectTraits.Checksum? {
        var running = RunningChecksum(algorithm)
        for part in parts {
            guard let bytes = Base64.decode(part.checksum.utf8) else { return nil }
            running.update(bytes)
        }
        return .init(ObjectChecksum(algorithm, running.checksum.value + "-\(parts.count)"), isComposite: true)
    }

    /// Appends a range of an object to a file, for copies.
    package func append(_ object: OpenObject, _ range: Range<Int64>, to file: NewFile) async throws(BucketFailure) {
        try await onThread { () throws(SluiceError) in try file.append(object.borrowedDescriptor, range, digesting: true) }
    }
}

extension ObjectTraits.Checksum {
    /// Of checksums of parts, their number may be left out.
    fileprivate func isSame(as declared: ObjectChecksum) -> Bool {
        guard isComposite, declared.algorithm == value.algorithm else { return declared == value }
        return declared.value == value.value || declared.value == value.value.prefix { $0 != "-" }
    }
}
