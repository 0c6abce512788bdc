/// How often operations may be called. Sources: the API model of 2026-08, and the developer guide, "Quotas and limits", for retention, monitoring
/// and modes. What is not here has no limit of calls.
enum CallLimits {
    /// What the calls of an operation are counted by.
    enum Span: Hashable, Sendable { case account, stream }

    struct Limit: Hashable, Sendable {
        var count: Int
        var span: Span
    }

    static let perSecond: [String: Limit] = [
        "AddTagsToStream": Limit(count: 5, span: .account), "CreateStream": Limit(count: 5, span: .account),
        "DecreaseStreamRetentionPeriod": Limit(count: 5, span: .stream), "DeleteStream": Limit(count: 5, span: .account),
        "DeregisterStreamConsumer": Limit(count: 5, span: .stream), "DescribeAccountSettings": Limit(count: 5, span: .account),
        "DescribeLimits": Limit(count: 1, span: .account), "DescribeStream": Limit(count: 10, span: .account),
        "DescribeStreamConsumer": Limit(count: 20, span: .stream), "DescribeStreamSummary": Limit(count: 20, span: .account),
        "DisableEnhancedMonitoring": Limit(count: 5, span: .stream), "EnableEnhancedMonitoring": Limit(count: 5, span: .stream),
        "IncreaseStreamRetentionPeriod": Limit(count: 5, span: .stream), "ListShards": Limit(count: 1_000, span: .stream),
        "ListStreamConsumers": Limit(count: 5, span: .stream), "ListStreams": Limit(count: 5, span: .account),
        "ListTagsForStream": Limit(count: 5, span: .account), "MergeShards": Limit(count: 5, span: .account),
        "RegisterStreamConsumer": Limit(count: 5, span: .account), "RemoveTagsFromStream": Limit(count: 5, span: .account),
        "SplitShard": Limit(count: 5, span: .account), "UpdateAccountSettings": Limit(count: 5, span: .account),
        "UpdateShardCount": Limit(count: 10, span: .account), "UpdateStreamWarmThroughput": Limit(count: 5, span: .account),
    ]

    /// Calls that did what they should, of one stream in any 24 hours.
    static let perDay = ["StartStreamEncryption": 25, "StopStreamEncryption": 25, "UpdateShardCount": 10, "UpdateStreamMode": 2]
    static let dayMicros: Int64 = 86_400_000_000
}

/// What a shard takes and gives in a second (Kinesis).
enum ShardRates {
    static let putRecords = 1_000
    static let putBytes = 1 << 20
    static let reads = 5
    static let readBytes = 2 << 20
    static let iterators = 5
}
