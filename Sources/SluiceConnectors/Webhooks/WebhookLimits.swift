/// Bounds of webhooks.
enum WebhookLimits {
    /// A record of a stream has 1 MiB with its key, unless the stream says otherwise.
    static let bodyBytes = 1_000_000
    static let connections = 256
    static let requestSeconds: Int64 = 30
    /// Requests whose records are on their way to the disk.
    static let requestsAtOnce = 512
    /// Ids that are remembered, so that what is sent again is not stored twice.
    static let ids = 250_000
    /// Records that the pipeline has not read.
    static let waitingRecords = 1_000_000
    /// How far a signature's time may be from the clock (Stripe and Slack recommend 5 minutes).
    static let toleranceMicros: Int64 = 300_000_000
    /// Seconds after which a sender may come again.
    static let retrySeconds = 5
    static let keyBytes = 256
}
