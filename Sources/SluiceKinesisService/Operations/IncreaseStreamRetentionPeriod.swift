import SluiceServer
import SluiceStreams

enum IncreaseStreamRetentionPeriod {
    static let operation = KinesisOperation("IncreaseStreamRetentionPeriod") { call in
        var input = try call.input()
        let reference = try input.stream()
        let hours = try input.requiredInteger("RetentionPeriodHours")
        try input.finish()
        let target = try call.target(reference)
        let known = try target.requireActive().configuration.retentionHours
        try Retention.check(hours)
        guard hours >= known else {
            throw Faults.invalid(
                "Requested retention period (\(hours) hours) for stream \(target.name) can not be shorter than existing retention period "
                    + "(\(known) hours). Use DecreaseRetentionPeriod API.")
        }
        try Retention.set(hours, target)
        return .empty
    }
}
