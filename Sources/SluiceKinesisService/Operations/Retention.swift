import SluiceServer
import SluiceStreams

/// What both ways of changing the retention share.
enum Retention {
    static func check(_ hours: Int) throws(ServiceFault) {
        let bounds = StreamLimits.retentionHours
        if hours < bounds.lowerBound {
            throw Faults.invalid(
                "Minimum allowed retention period is \(bounds.lowerBound) hours. Requested retention period (\(hours) hours) is too short.")
        }
        if hours > bounds.upperBound {
            throw Faults.invalid(
                "Maximum allowed retention period is \(bounds.upperBound) hours. Requested retention period (\(hours) hours) is too long.")
        }
    }

    static func set(_ hours: Int, _ target: StreamTarget) throws {
        var change = StreamChange()
        change.retentionHours = hours
        try target.update(change)
    }
}
