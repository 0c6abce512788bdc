package import SluiceCore
import SluiceStorage

extension SluiceError.Code {
    /// An upload of several parts is not there any more: it was completed, or given up.
    package static let uploadGone = Self("upload-gone")
    /// An object was replaced while it was read.
    package static let objectChanged = Self("object-changed")
}

/// What S3's own errors mean ("Error responses" of its API reference).
enum S3Codes {
    static let all: [String: SluiceError.Code] = [
        "NoSuchKey": .fileNotFound, "NotFound": .fileNotFound, "NoSuchBucket": .notFound, "NoSuchUpload": .uploadGone,
        "PreconditionFailed": .conditionFailed, "ConditionalRequestConflict": .conditionFailed, "InvalidBucketName": .invalidOption,
        "InvalidRange": .cutFile, "KeyTooLongError": .invalidArgument, "InvalidObjectState": .unreadable, "EntityTooLarge": .limitExceeded,
        "InvalidPart": .corruptFile, "BadDigest": .corruptFile,
    ]
}
