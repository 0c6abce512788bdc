import SluiceServer

/// What both ways of changing the shard-level metrics share. The choice is kept and told; the port's own metrics are always there.
enum Monitoring {
    /// - Parameter body: From the metrics that are on and those that are named, those that are on from now.
    static func change(_ call: KinesisCall, _ body: ([String], [String]) -> [String]) throws -> TargetAnswer {
        var input = try call.input()
        let reference = try input.stream()
        let named = try input.texts("ShardLevelMetrics", count: 1...7, Rules.metric)
        if named == nil { input.missing("ShardLevelMetrics") }
        try input.finish()
        let target = try call.target(reference)
        let summary = try target.requireActive()
        let known = target.scope.record(summary).metrics
        let wanted = (named ?? []).contains("ALL") ? Rules.metricNames : named ?? []
        let desired = body(known, wanted)
        try target.scope.remember(summary) { $0.metrics = desired }
        return .value(
            .structure([
                "StreamName": .text(target.name), "StreamARN": .text(target.arn), "CurrentShardLevelMetrics": .texts(known),
                "DesiredShardLevelMetrics": .texts(desired),
            ]))
    }
}
