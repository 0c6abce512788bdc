/// Bounds of calls to AWS services.
package enum AWSLimits {
    /// Bytes of an answer's body: the 10 MiB of a GetRecords in base 64, with room for what stands around them.
    package static let answerBytes = 20 << 20
    /// Bytes of the headers and of the payload of one message of an event stream (Smithy: 128 KiB, 24 MiB).
    package static let eventHeaderBytes = 128 << 10
    package static let eventPayloadBytes = 24 << 20
    /// How long a stream of events may be silent; Kinesis sends an event every few seconds even where there is nothing to tell.
    package static let silenceSeconds = 60
    /// Connections to one host that calls take.
    static let connections = 32
    /// Connections to one host that streams of events may take where it speaks HTTP/1.1; with HTTP/2 they share one.
    static let streamConnections = 1_024
    /// Bytes that are read of the answer that refuses a stream of events.
    static let refusalBytes = 64 << 10
    /// Bytes of a body that is quoted when it is no JSON.
    package static let quotedBytes = 200
    /// How long a connection may take to be made, and a call from its first byte to the last of the answer.
    package static let connectSeconds = 10
    package static let callSeconds = 60
    /// Bytes of a shared configuration or credentials file.
    package static let configurationBytes = 1 << 20
    /// Life of a signed address (S3's own bound: 7 days).
    package static let presignedSeconds = 1...604_800
    /// How often a call is made again at once because something was put right: credentials, the time, the region.
    static let renewals = 3
    /// Nesting and elements of a document in XML.
    static let xmlDepth = 16
    static let xmlElements = 100_000
    /// Threads that calls run on which somebody waits for.
    static let serviceThreads = 4
    /// How often whoever waits for a call looks whether it was cancelled.
    static let cancellationCheckMillis = 50
    /// No timer runs longer.
    static let longestSleepSeconds = 86_400
    /// A clock that is further off than this is corrected by the service's own (services allow 5 minutes).
    package static let skewSeconds = 240
}
