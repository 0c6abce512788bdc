import SluiceCore
import SluiceServer
import SluiceStreams

enum UpdateStreamWarmThroughput {
    static let operation = KinesisOperation("UpdateStreamWarmThroughput") { call in
        var input = try call.input()
        let reference = try input.stream()
        let warm = try input.requiredInteger("WarmThroughputMiBps", 0...Int64(Int32.max))
        try input.finish()
        let target = try call.target(reference)
        let summary = try target.requireActive()
        guard summary.configuration.mode == .onDemand else {
            throw Faults.invalid("Stream \(target.name) under account \(target.scope.id.account) is not in ON_DEMAND mode.")
        }
        try WarmThroughput.check(warm)
        try target.scope.remember(summary) { $0.warmMiBps = warm }
        return .value(
            .structure(["StreamARN": .text(target.arn), "StreamName": .text(target.name), "WarmThroughput": WarmThroughput.value(warm)]))
    }
}
