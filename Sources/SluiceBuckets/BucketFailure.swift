package import SluiceCore

/// Why a request to buckets is refused; names follow the error codes of S3.
package enum BucketFailure: Error, Sendable {
    case noSuchBucket(String)
    case invalidBucketName(String)
    /// The name is taken: by somebody else, or by the one who asks.
    case bucketExists(String, isOwn: Bool)
    case bucketNotEmpty(String)
    case noSuchKey(ObjectKey)
    case noSuchVersion(ObjectKey, String)
    /// A delete marker is what is asked for; `isCurrent` where the key was asked for without a version.
    case deleteMarker(ObjectVersion, isCurrent: Bool)
    /// A condition of the request does not hold; its header's name.
    case preconditionFailed(String)
    /// Somebody else writes the key in the same moment, under a condition that only one can meet.
    case conflict
    case noSuchUpload(String)
    case invalidPart(Int)
    case invalidPartOrder
    /// The checksums of an upload's parts make that of its object, and a completion does not name the part's; of the algorithm.
    case partWithoutChecksum(Int, String)
    case partTooSmall(number: Int, byteCount: Int64)
    /// What is declared of the bytes does not hold: the name of the checksum.
    case badDigest(String)
    case noSuchSetting(String)
    /// The disk or the index failed.
    case disk(SluiceError)

    /// What is wrong, as a part of a sentence.
    package var text: String {
        switch self {
        case .noSuchBucket(let name): "there is no bucket \(name.quotedForMessage)"
        case .disk(let error): ErrorLine.text(error)
        default: "\(self)"
        }
    }

    /// The failure of the disk or the index that `body` throws.
    static func onDisk<Result>(_ body: () throws(SluiceError) -> Result) throws(BucketFailure) -> Result {
        do throws(SluiceError) { return try body() } catch { throw .disk(error) }
    }
}
