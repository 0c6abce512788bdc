import SluiceServer
import SluiceStreams

enum DescribeStreamSummary {
    static let operation = KinesisOperation("DescribeStreamSummary") { call in
        var input = try call.input()
        let reference = try input.stream()
        try input.finish()
        let target = try call.target(reference)
        let summary = try target.summary()
        let record = target.scope.record(summary)
        let consumers = target.scope.file.value.consumers.count { $0.stream == target.name }
        let warm = record.warmMiBps.map { WarmThroughput.value($0) }
        return .value(
            .structure([
                "StreamDescriptionSummary": .structure([
                    "StreamName": .text(target.name), "StreamARN": .text(target.arn), "StreamStatus": .text(summary.status.rawValue),
                    "StreamModeDetails": StreamValues.mode(summary),
                    "RetentionPeriodHours": .integer(Int64(summary.configuration.retentionHours)),
                    "StreamCreationTimestamp": .time(micros: summary.createdMicros),
                    "EnhancedMonitoring": StreamValues.monitoring(record), "EncryptionType": StreamValues.encryption(summary),
                    "KeyId": StreamValues.keyID(summary, record), "OpenShardCount": .integer(Int64(summary.openShardCount)),
                    "ConsumerCount": .integer(Int64(consumers)), "WarmThroughput": warm,
                    "MaxRecordSizeInKiB": .integer(Int64(summary.configuration.recordBytes >> 10)),
                ])
            ]))
    }
}
