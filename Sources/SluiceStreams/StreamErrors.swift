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
    /// A backend does not have this.
    package static let unsupported = Self("unsupported", .definition)
    /// The key file is missing or holds another key than the one that frames were encrypted with.
    package static let wrongKey = Self("wrong-key")
}

extension SluiceError {
    static func streamTooNew(_ path: String, version: Int) -> SluiceError {
        SluiceError(
            .stateTooNew, "\(path.quotedForMessage) has format version \(version); this Sluice (\(Release.version)) knows up to 1",
            at: .file(path: path), remedy: "use the newer Sluice that wrote it, or another --home")
    }

    static func corruptFrame(_ location: SourceLocation, segment: String) -> SluiceError {
        SluiceError(
            .corruptFrame, "damaged frame in \(segment.quotedForMessage)", at: location,
            remedy: "verify the stream, which sets the damage aside, keeps every good record and names the lost ones")
    }

    static func unknownStream(_ name: String, among names: [String]) -> SluiceError {
        SluiceError(
            .notFound, "there is no stream \(name.quotedForMessage)", remedy: Suggestion.remedy(for: name, in: names, noun: "streams"))
    }
}
