package import SluiceServer

typealias KinesisCall = TargetCall<KinesisHome>
typealias KinesisOperation = TargetOperation<KinesisHome>

/// Kinesis Data Streams over the embedded log: the operations of the API `Kinesis_20131202`.
package enum KinesisService {
    /// The service for the port.
    package static func make(_ home: KinesisHome) -> TargetService<KinesisHome> {
        TargetService(
            name: "kinesis", prefix: "Kinesis_20131202", version: "1.1", bodyBytes: ServiceLimits.bodyBytes, areAllShort: true,
            context: home,
            operations: operations.map { operation in
                KinesisOperation(operation.name) { call in
                    guard let quotas = call.context.quotas else { return try await operation.run(call) }
                    try quotas.admit(operation.name, call)
                    let answer = try await operation.run(call)
                    quotas.succeeded(operation.name, call)
                    return answer
                }
            }, refused: refused, reset: { try $0.reset() }, drain: { $0.drain() }, close: { $0.close() })
    }

    /// One file each.
    static let operations: [KinesisOperation] = [
        AddTagsToStream.operation, CreateStream.operation, DecreaseStreamRetentionPeriod.operation, DeleteResourcePolicy.operation,
        DeleteStream.operation, DeregisterStreamConsumer.operation, DescribeAccountSettings.operation, DescribeLimits.operation,
        DescribeStream.operation, DescribeStreamConsumer.operation, DescribeStreamSummary.operation, DisableEnhancedMonitoring.operation,
        EnableEnhancedMonitoring.operation, GetRecords.operation, GetResourcePolicy.operation, GetShardIterator.operation,
        IncreaseStreamRetentionPeriod.operation, ListShards.operation, ListStreamConsumers.operation, ListStreams.operation,
        ListTagsForResource.operation, ListTagsForStream.operation, MergeShards.operation, PutRecord.operation, PutRecords.operation,
        PutResourcePolicy.operation, RegisterStreamConsumer.operation, RemoveTagsFromStream.operation, SplitShard.operation,
        StartStreamEncryption.operation, StopStreamEncryption.operation, SubscribeToShard.operation, TagResource.operation,
        UntagResource.operation, UpdateAccountSettings.operation, UpdateMaxRecordSize.operation, UpdateShardCount.operation,
        UpdateStreamMode.operation, UpdateStreamWarmThroughput.operation,
    ]

    private static let channels = "channels need delivery to S3, which pipelines do here: write a pipeline with the stream as its source"
    private static let queues = "queues on streams are not offered; read the stream with a consumer group"

    /// What the API of 2026-08 has beside them.
    static let refused: [String: String] = [
        "CreateChannel": channels, "DeleteChannel": channels, "DescribeChannel": channels, "ListChannels": channels,
        "UpdateChannel": channels, "CreateQueue": queues, "DeleteQueue": queues, "DescribeQueue": queues, "ListQueues": queues,
        "UpdateQueue": queues, "ReceiveQueueRecords": queues, "AcknowledgeQueueRecords": queues,
        "UpdateQueueRecordsVisibility": queues, "ReceiveDeadLetterQueueRecords": queues, "AcknowledgeDeadLetterQueueRecords": queues,
        "RestoreDeadLetterQueueRecords": queues, "UpdateDeadLetterQueueRecordsVisibility": queues,
        "UpdateStreamRecordDistributionStrategy": "records go by their partition keys, always",
    ]
}
