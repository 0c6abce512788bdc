package import SluiceServer

typealias FirehoseCall = TargetCall<FirehoseHome>
typealias FirehoseOperation = TargetOperation<FirehoseHome>

/// Firehose: delivery streams that collect records and bring them to buckets of the port and to endpoints; the API `Firehose_20150804`.
package enum FirehoseService {
    /// The service for the port. `FirehoseHome.begin` resumes what an earlier server had not delivered.
    package static func make(_ home: FirehoseHome) -> TargetService<FirehoseHome> {
        TargetService(
            name: "firehose", prefix: "Firehose_20150804", version: "1.1", bodyBytes: FirehoseLimits.bodyBytes, context: home,
            operations: operations, reset: { try await $0.reset() }, drain: { _ in }, close: { await $0.close() })
    }

    /// One file each.
    static let operations: [FirehoseOperation] = [
        CreateDeliveryStream.operation, DeleteDeliveryStream.operation, DescribeDeliveryStream.operation, ListDeliveryStreams.operation,
        ListTagsForDeliveryStream.operation, PutRecord.operation, PutRecordBatch.operation, StartDeliveryStreamEncryption.operation,
        StopDeliveryStreamEncryption.operation, TagDeliveryStream.operation, UntagDeliveryStream.operation, UpdateDestination.operation,
    ]
}
