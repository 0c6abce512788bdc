import SluiceCore
import SluiceLog
import SluiceStreams

/// How long a stream keeps its records, for people and programs.
enum RetentionReport {
    static func report(_ name: String, _ configuration: StreamConfiguration) -> Report {
        var text = "Stream \(name) keeps records for \(RetentionTime.text(hours: configuration.retentionHours))"
        text += bound(configuration)
        return Report(
            [.line(text + ".")],
            json: .object([
                "stream": .string(name), "retention_hours": .number(configuration.retentionHours),
                "retention_bytes": .number(configuration.retentionBytes),
            ]))
    }

    /// What a shard holds at most, and in which steps: whole segments are removed.
    static func bound(_ configuration: StreamConfiguration) -> String {
        configuration.retentionBytes.map {
            ", and at most \(HumanText.bytes($0)) in a shard, in steps of segments of \(HumanText.bytes(LogLimits.segmentBytes))"
        } ?? ""
    }
}
