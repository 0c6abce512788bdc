import SluiceCore
import SluiceServer
import SluiceStreams

enum UpdateStreamMode {
    static let operation = KinesisOperation("UpdateStreamMode") { call in
        var input = try call.input()
        let arn = try input.requiredText("StreamARN", Rules.streamARN)
        let mode = try input.structure("StreamModeDetails") { details throws(ServiceFault) in
            try details.requiredText("StreamMode", Rules.mode)
        }
        if mode == nil { input.missing("StreamModeDetails") }
        let warm = try input.integer("WarmThroughputMiBps", 0...Int64(Int32.max))
        try input.finish()
        let target = try call.target(StreamReference(arn: arn))
        let summary = try target.requireActive()
        if let warm {
            guard mode == "ON_DEMAND" else { throw Faults.invalid("WarmThroughputMiBps can only be set for a stream in ON_DEMAND mode.") }
            try WarmThroughput.check(warm)
        }
        var change = StreamChange()
        change.mode = mode == "ON_DEMAND" ? .onDemand : .provisioned
        try target.update(change)
        try target.scope.remember(summary) { $0.warmMiBps = mode == "ON_DEMAND" ? warm ?? $0.warmMiBps : nil }
        return .empty
    }
}
