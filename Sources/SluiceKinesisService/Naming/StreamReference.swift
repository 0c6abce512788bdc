import SluiceServer

/// What a request says of its stream.
struct StreamReference: Hashable, Sendable {
    var name: String?
    var arn: String?
}

extension InputReader {
    /// The members `StreamName` and `StreamARN`.
    mutating func stream() throws(ServiceFault) -> StreamReference {
        StreamReference(name: try text("StreamName", Rules.name), arn: try text("StreamARN", Rules.streamARN))
    }
}
