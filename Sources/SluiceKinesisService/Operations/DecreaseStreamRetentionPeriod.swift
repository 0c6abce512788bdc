import SluiceServer
import SluiceStreams

enum DecreaseStreamRetentionPeriod {
    static let operation = KinesisOperation("DecreaseStreamRetentionPeriod") { call in
        var input = try call.input()
        let reference = try input.stream()
        let hours = try input.requiredInteger("RetentionPeriodHours")
        try input.finish()
        let target = try call.target(reference)
        let known = try target.requireActive().configuration.retentionHours
        try Retention.check(hours)
        guard hours <= known else {
            throw Faults.invalid(
                "Requested retention period (\(hours) hours) for stream \(target.name) can not be longer than existing retention period "
                    + "(\(known) hours). Use IncreaseRetentionPeriod API.")
        }
        try Retention.set(hours, target)
        return .empty
    }
}
