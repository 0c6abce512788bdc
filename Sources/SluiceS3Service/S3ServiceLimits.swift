/// Bounds of the S3 service; those that are S3's own are in its API reference and user guide.
enum S3ServiceLimits {
    /// Bytes of a body in XML or JSON: a thousand keys of the greatest length, escaped, have room.
    static let documentBytes = 8 << 20
    /// Bytes of a policy (S3: 20 KB).
    static let policyBytes = 20 << 10
    /// Keys that one call removes.
    static let deletedKeys = 1_000
    /// Bytes of all user metadata of an object, names and values.
    static let metadataBytes = 2 << 10
    /// Parts that one answer about an object has.
    static let partsOfAttributes = 1_000
    static let objectTags = 10
    static let bucketTags = 50
    static let tagKeyCharacters = 128
    static let tagValueCharacters = 256
    static let ruleNameCharacters = 255
    /// Older versions that a rule of a lifecycle keeps whatever their age.
    static let keptVersions = 1...100
    /// Bytes that one upload call may bring (S3: 5 GiB).
    static let uploadedBytes: Int64 = 5 << 30
    /// Bytes of the line before a chunk, and of all trailing headers.
    static let chunkLineBytes = 1 << 10
    static let trailerBytes = 16 << 10
    /// Bytes of an object that are answered from memory; larger ones go from the file to the socket.
    static let heldAnswerBytes: Int64 = 64 << 10
    /// Bytes of the fields of a form, names and values (S3: 20 KB), and of the head of one of its parts.
    static let formBytes = 20 << 10
    static let formHeadBytes = 8 << 10
    /// Notification configurations of a bucket (S3: 100).
    static let notifications = 100
    /// Events that are delivered at a time, and the longest pause where somebody cannot take them.
    static let eventsAtOnce = 500
    static let eventPauseSeconds = 60
    /// How often expired objects are looked for, in seconds.
    static let sweepSeconds = 3_600
}
