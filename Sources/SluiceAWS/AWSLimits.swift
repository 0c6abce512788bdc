/// Bounds of calls to AWS services.
package enum AWSLimits {
    /// Bytes of an answer's body: the 10 MiB of a GetRecords in base 64, with room for what stands around them.
    package static let answerBytes = 20 << 20
    /// Bytes of a body that is quoted when it is no JSON.
    package static let quotedBytes = 200
    /// Nesting of an answer.
    package static let nestingDepth = 32
    /// How long a connection may take to be made, and a call from its first byte to the last of the answer.
    package static let connectSeconds = 10
    package static let callSeconds = 60
    /// Bytes of a shared configuration or credentials file.
    package static let configurationBytes = 1 << 20
    /// Life of a signed address (S3's own bound: 7 days).
    package static let presignedSeconds = 1...604_800
    /// A clock that is further off than this is corrected by the service's own (services allow 5 minutes).
    package static let skewSeconds = 240
}
