import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

enum UpdateShardCount {
    static let operation = KinesisOperation("UpdateShardCount") { call in
        var input = try call.input()
        let reference = try input.stream()
        let count = try input.requiredInteger("TargetShardCount", 1...Int64(Int32.max))
        _ = try input.requiredText("ScalingType", TextRule(values: ["UNIFORM_SCALING"]))
        try input.finish()
        let target = try call.target(reference)
        let summary = try target.requireActive()
        guard summary.configuration.mode == .provisioned else {
            throw ServiceFault(
                400, "ValidationException",
                "Request is invalid. Stream \(target.name) under account \(target.scope.id.account) is in On-Demand mode.")
        }
        let open = summary.openShardCount
        guard count <= StreamLimits.shards else {
            throw ServiceFault(400, "LimitExceededException", "A stream has at most \(StreamLimits.shards) open shards.")
        }
        guard count <= 2 * open, 2 * count >= open else {
            let bound =
                count > open ? "more than double your current shard count of \(open)" : "less than half your current shard count of \(open)"
            throw Faults.invalid("UpdateShardCount cannot scale to \(bound). Target shard count: \(count).")
        }
        do throws(SluiceError) {
            try await target.scope.writing.updateShardCount(target.name, to: count)
        } catch {
            throw target.refusal(error)
        }
        return .value(
            .structure([
                "StreamName": .text(target.name), "StreamARN": .text(target.arn), "CurrentShardCount": .integer(Int64(open)),
                "TargetShardCount": .integer(Int64(count)),
            ]))
    }
}
