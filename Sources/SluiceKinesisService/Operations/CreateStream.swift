import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

enum CreateStream {
    static let operation = KinesisOperation("CreateStream") { call in
        var input = try call.input()
        let name = try input.requiredText("StreamName", Rules.name)
        let shards = try input.integer("ShardCount", 1...Int64(Int32.max))
        let mode = try input.structure("StreamModeDetails") { details throws(ServiceFault) in
            try details.requiredText("StreamMode", Rules.mode)
        }
        let tags = try input.map("Tags", count: 1...200, key: Rules.tagKey, value: Rules.tagValue)
        let recordKiB = try input.integer("MaxRecordSizeInKiB", 1_024...10_240)
        let warm = try input.integer("WarmThroughputMiBps", 0...Int64(Int32.max))
        let strategy = try input.text("RecordDistributionStrategy", TextRule(values: ["AUTO", "USER_PARTITION_KEY"]))
        try input.finish()
        guard strategy != "AUTO" else {
            throw Faults.invalid("RecordDistributionStrategy AUTO is not supported: records go by their keys.")
        }
        let scope = try call.scope()
        var configuration = StreamConfiguration(tags: try Tagging.checked(tags ?? [:]))
        if mode == "ON_DEMAND" {
            guard shards == nil else { throw Faults.invalid("ShardCount must not be specified for a stream in ON_DEMAND mode.") }
            configuration.mode = .onDemand
            configuration.shards = StreamLimits.onDemandShards
        } else {
            guard let shards else { throw Faults.invalid("ShardCount must be specified for a stream in PROVISIONED mode.") }
            guard warm == nil else { throw Faults.invalid("WarmThroughputMiBps can only be set for a stream in ON_DEMAND mode.") }
            configuration.shards = shards
        }
        guard configuration.shards <= StreamLimits.shards else {
            throw ServiceFault(
                400, "LimitExceededException",
                "This request would exceed the shard limit for the account \(scope.id.account) in \(scope.id.region). Limit: \(StreamLimits.shards)."
            )
        }
        if let recordKiB { configuration.recordBytes = recordKiB << 10 }
        if let warm { try WarmThroughput.check(warm) }
        do throws(SluiceError) {
            try scope.writing.createStream(name, configuration)
        } catch {
            guard error.code == .alreadyExists else { throw Faults.fault(error, stream: name, scope) }
            throw ServiceFault(400, "ResourceInUseException", "Stream \(name) under account \(scope.id.account) already exists.")
        }
        if let warm { try scope.remember(scope.summary(name)) { $0.warmMiBps = warm } }
        return .empty
    }
}
