import SluiceCore
import SluiceServer
import SluiceStreams

enum UpdateMaxRecordSize {
    static let operation = KinesisOperation("UpdateMaxRecordSize") { call in
        var input = try call.input()
        let arn = try input.requiredText("StreamARN", Rules.streamARN)
        let size = try input.requiredInteger("MaxRecordSizeInKiB", 1_024...10_240)
        try input.finish()
        let target = try call.target(StreamReference(arn: arn))
        _ = try target.requireActive()
        var change = StreamChange()
        change.recordBytes = size << 10
        try target.update(change)
        return .empty
    }
}
