import SluiceServer
import SluiceStreams

/// Parts of answers that several operations have.
enum StreamValues {
    static func mode(_ summary: StreamSummary) -> WireValue {
        .structure(["StreamMode": .text(summary.configuration.mode.rawValue)])
    }

    static func monitoring(_ record: ScopeRecord.Stream) -> WireValue {
        .list([.structure(["ShardLevelMetrics": .texts(record.metrics)])])
    }

    static func encryption(_ summary: StreamSummary) -> WireValue { .text(summary.configuration.isEncrypted ? "KMS" : "NONE") }

    static func keyID(_ summary: StreamSummary, _ record: ScopeRecord.Stream) -> WireValue? {
        summary.configuration.isEncrypted ? .text(record.keyID ?? "alias/aws/kinesis") : nil
    }

    static func range(_ range: HashRange) -> WireValue {
        .structure(["StartingHashKey": .text(String(range.first)), "EndingHashKey": .text(String(range.last))])
    }

    static func shard(_ shard: ShardSummary) -> WireValue {
        .structure([
            "ShardId": .text(shard.id.description), "ParentShardId": shard.parent.map { .text($0.description) },
            "AdjacentParentShardId": shard.adjacentParent.map { .text($0.description) }, "HashKeyRange": range(shard.range),
            "SequenceNumberRange": .structure([
                "StartingSequenceNumber": .text(start(of: shard)),
                "EndingSequenceNumber": shard.endingSequence.flatMap { ServiceNumber($0) }.map { .text($0.text) },
            ]),
        ])
    }

    /// The number before the shard's first record.
    private static func start(of shard: ShardSummary) -> String {
        let first = ServiceNumber(shard.startingSequence) ?? ServiceNumber(shard: shard.id.number, place: 1)
        return ServiceNumber(shard: first.shard, place: first.place - 1).text
    }

    static func child(_ child: RecordPage.Child) -> WireValue {
        .structure([
            "ShardId": .text(child.id.description), "ParentShards": .texts(child.parents.map(\.description)),
            "HashKeyRange": range(child.range),
        ])
    }
}
