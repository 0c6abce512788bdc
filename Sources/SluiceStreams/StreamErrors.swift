package import SluiceCore

extension SluiceError.Code {
    // Of streams; what the service of the same semantics calls them is in brackets.

    /// Another change of the stream is under way, or its state does not allow this one (ResourceInUse).
    package static let resourceInUse = Self("resource-in-use")
    /// The iterator was made longer ago than it lives (ExpiredIterator).
    package static let expiredIterator = Self("expired-iterator")
    /// The iterator was not made here, or not for this stream (InvalidArgument).
    package static let invalidIterator = Self("invalid-iterator", .definition)
    /// More than the stream takes at a time (ProvisionedThroughputExceeded).
    package static let throughputExceeded = Self("throughput-exceeded")
    /// Files of a format that is no longer read.
    package static let stateTooOld = Self("state-too-old")
    /// A shard takes no more records, because it was split or merged.
    package static let shardClosed = Self("shard-closed")
    /// A backend does not have this.
    package static let notOffered = Self("unsupported", .definition)
    /// The key file is missing or holds another key than the one that frames were encrypted with.
    package static let wrongKey = Self("wrong-key")
}
