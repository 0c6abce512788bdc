import SluiceAWS

/// A call before it is addressed and signed.
struct S3Request: Sendable {
    /// As S3's API reference calls it.
    var operation: String
    var method: String
    /// Empty for a call about the bucket.
    var key: String
    var query: [SignableRequest.Parameter] = []
    var headers: [SignableRequest.Header] = []
    var body: [UInt8]?
    /// A longer answer is refused.
    var answerBytes = S3Limits.xmlBytes
    var timeout = Duration.seconds(S3Limits.callSeconds)
    /// Whether an answer of status 200 may have an error as its body, as those of calls that take long do.
    var mayFailLate = false

    init(_ operation: String, _ method: String, _ key: String = "") {
        self.operation = operation
        self.method = method
        self.key = key
    }

    mutating func ask(_ name: String, _ value: String) { query.append(.init(name, value)) }
    mutating func set(_ name: String, _ value: String) { headers.append(.init(name, value)) }
}
