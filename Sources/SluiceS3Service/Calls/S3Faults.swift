import SluiceBuckets
import SluiceCore
import SluiceServer

/// What the store refuses, with the codes and sentences of S3.
extension ServiceFault {
    /// - Parameter method: Of the request.
    init(_ failure: BucketFailure, _ bucket: String, method: String = "GET") {
        switch failure {
        case .noSuchBucket(let name):
            self.init(404, "NoSuchBucket", "The specified bucket does not exist", details: [("BucketName", name)])
        case .invalidBucketName(let name):
            self.init(400, "InvalidBucketName", "The specified bucket is not valid.", details: [("BucketName", name)])
        case .bucketExists(let name, let isOwn):
            self.init(
                409, isOwn ? "BucketAlreadyOwnedByYou" : "BucketAlreadyExists",
                isOwn
                    ? "Your previous request to create the named bucket succeeded and you already own it."
                    : "The requested bucket name is not available. Select a different name and try again.", details: [("BucketName", name)])
        case .bucketNotEmpty(let name):
            self.init(409, "BucketNotEmpty", "The bucket you tried to delete is not empty", details: [("BucketName", name)])
        case .noSuchKey(let key): self.init(404, "NoSuchKey", "The specified key does not exist.", details: [("Key", key.text)])
        case .noSuchVersion(let key, let id):
            self.init(
                404, "NoSuchVersion", "The specified version does not exist.", details: [("Key", key.text), ("VersionId", id)])
        case .deleteMarker(let marker, let isCurrent): self.init(marker, isCurrent: isCurrent, method)
        case .preconditionFailed(let header):
            self.init(
                412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", details: [("Condition", header)]
            )
        case .conflict:
            self.init(
                409, "ConditionalRequestConflict",
                "The conditional request cannot succeed due to a conflicting operation against this resource.")
        case .noSuchUpload(let id):
            self.init(
                404, "NoSuchUpload",
                "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
                details: [("UploadId", id)])
        case .invalidPart(let number):
            self.init(
                400, "InvalidPart",
                "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
                details: [("PartNumber", "\(number)")])
        case .invalidPartOrder:
            self.init(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.")
        case .partWithoutChecksum(let number, let name):
            self.init(
                400, "InvalidRequest",
                "The upload was created using a \(name.lowercased()) checksum. The complete request must include the checksum for each part. It was missing for part \(number) in the request."
            )
        case .partTooSmall(let number, let count):
            self.init(
                400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
                details: [("ProposedSize", "\(count)"), ("MinSizeAllowed", "\(BucketLimits.partBytes)"), ("PartNumber", "\(number)")])
        case .badDigest(let name):
            self.init(400, "BadDigest", "The \(name) you specified did not match the calculated checksum.")
        case .noSuchSetting: self.init(404, "NoSuchConfiguration", "The specified configuration does not exist.")
        case .disk(let error):
            if error.code == .diskFull {
                self.init(507, "InsufficientStorage", "The disk of the server is full.")
            } else if error.isRetriable {
                self.init(503, "SlowDown", "Please reduce your request rate.")
            } else {
                self.init(500, "InternalError", "We encountered an internal error. Please try again.")
            }
        }
    }

    private init(_ marker: ObjectVersion, isCurrent: Bool, _ method: String) {
        var headers = HeaderFields([("x-amz-delete-marker", "true"), ("x-amz-version-id", marker.versionID)])
        headers["Last-Modified"] = HTTPDate.text(marker.modifiedMicros)
        if isCurrent {
            self.init(404, "NoSuchKey", "The specified key does not exist.", headers: headers, details: [("Key", marker.key.text)])
        } else {
            headers["Allow"] = "DELETE"
            self.init(
                405, "MethodNotAllowed", "The specified method is not allowed against this resource.", headers: headers,
                details: [("Method", method), ("ResourceType", "DeleteMarker")])
        }
    }
}
