import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

enum DescribeStream {
    static let operation = KinesisOperation("DescribeStream") { call in
        var input = try call.input()
        let reference = try input.stream()
        let limit = try input.integer("Limit", 1...10_000) ?? ServiceLimits.describedShards
        let after = try input.text("ExclusiveStartShardId", Rules.shard)
        try input.finish()
        let target = try call.target(reference)
        let summary = try target.summary()
        let record = target.scope.record(summary)
        let shards = try ShardListing.shards(target, .fromTrimHorizon).filter { shard in
            after.map { shard.id.description > $0 } ?? true
        }
        let page = shards.prefix(min(limit, ServiceLimits.describedShards))
        return .value(
            .structure([
                "StreamDescription": .structure([
                    "StreamName": .text(target.name), "StreamARN": .text(target.arn), "StreamStatus": .text(summary.status.rawValue),
                    "StreamModeDetails": StreamValues.mode(summary), "Shards": .list(page.map(StreamValues.shard)),
                    "HasMoreShards": .boolean(page.count < shards.count),
                    "RetentionPeriodHours": .integer(Int64(summary.configuration.retentionHours)),
                    "StreamCreationTimestamp": .time(micros: summary.createdMicros),
                    "EnhancedMonitoring": StreamValues.monitoring(record), "EncryptionType": StreamValues.encryption(summary),
                    "KeyId": StreamValues.keyID(summary, record),
                ])
            ]))
    }
}

/// Shards of a stream as its reader sees them.
enum ShardListing {
    static func shards(_ target: StreamTarget, _ filter: ShardFilter) throws -> [ShardSummary] {
        do throws(SluiceError) {
            return try target.scope.reader(target.name).stream(target.name).shards(filter)
        } catch {
            throw target.refusal(error)
        }
    }
}
