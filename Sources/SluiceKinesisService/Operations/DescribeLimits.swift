import SluiceCore
import SluiceServer
import SluiceStreams

enum DescribeLimits {
    static let operation = KinesisOperation("DescribeLimits") { call in
        let scope = try call.scope()
        let summaries = try scope.names().compactMap { try? scope.summary($0) }
        return .value(
            .structure([
                "ShardLimit": .integer(Int64(ServiceLimits.shards)),
                "OpenShardCount": .integer(
                    Int64(summaries.filter { $0.configuration.mode == .provisioned }.reduce(0) { $0 + $1.openShardCount })),
                "OnDemandStreamCount": .integer(Int64(summaries.count { $0.configuration.mode == .onDemand })),
                "OnDemandStreamCountLimit": .integer(Int64(ServiceLimits.onDemandStreams)),
            ]))
    }
}
