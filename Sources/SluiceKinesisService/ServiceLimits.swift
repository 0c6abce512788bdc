/// Bounds of the service beside those that all streams have (`StreamLimits`).
enum ServiceLimits {
    /// Bytes of a request: 10 MiB of records in base 64 with their keys.
    static let bodyBytes = 18 << 20
    /// Consumers of one stream (Kinesis).
    static let consumers = 20
    /// What one subscription lasts, and how soon a second one may take its place (Kinesis: 5 minutes, 5 seconds).
    static let subscriptionSeconds = 300
    static let takeOverSeconds = 5
    /// An event without records comes after so many seconds of silence.
    static let heartbeatSeconds = 5
    /// Records and bytes of one event.
    static let eventRecords = 2_000
    /// Bytes of a resource policy (Kinesis: 20 KB).
    static let policyBytes = 20_480
    /// Shards of an account that DescribeLimits tells (Kinesis: 20,000 in the largest regions).
    static let shards = 20_000
    static let onDemandStreams = 50
    /// A page of a listing where the request does not say.
    static let listedStreams = 100
    static let listedShards = 1_000
    static let listedConsumers = 100
    static let describedShards = 100
    /// Life of a token of a listing (Kinesis: 300 seconds).
    static let tokenSeconds: Int64 = 300
    /// On-demand streams' throughput at birth (Kinesis: 4 MiB/s), and the most that can be asked for.
    static let warmMiBps = 0...10_240
    /// Streams, accounts and regions that are open at a time.
    static let scopes = 256
}
