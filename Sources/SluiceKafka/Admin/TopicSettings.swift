#if Kafka
import SluiceStreams

/// What a topic is configured with, by Kafka's names.
struct TopicSettings: Hashable, Sendable {
    private static let retentionMillis = "retention.ms"
    private static let retentionSize = "retention.bytes"
    private static let messageBytes = "max.message.bytes"
    private static let millisOfHour: Int64 = 3_600_000

    /// Those that were set for this topic.
    private(set) var values: [String: String]
    /// Those that hold for it because nobody set others.
    private var inherited: [String: String]

    init(values: [String: String] = [:], inherited: [String: String] = [:]) {
        self.values = values
        self.inherited = inherited
    }

    /// Hours, rounded up, within what a stream can have. Kafka: 7 days unless it was set; -1 is for ever.
    var retentionHours: Int {
        let longest = KafkaLimits.retentionHours.upperBound
        let millis = number(Self.retentionMillis) ?? 168 * Self.millisOfHour
        guard millis >= 0, millis < Int64(longest) * Self.millisOfHour else { return longest }
        return max(KafkaLimits.retentionHours.lowerBound, Int((millis + Self.millisOfHour - 1) / Self.millisOfHour))
    }

    /// Nil for no bound, which is Kafka's -1.
    var retentionBytes: Int? { number(Self.retentionSize).flatMap { $0 >= 0 ? Int($0) : nil } }

    /// Bytes of key and payload: what a batch may have (Kafka: 1,048,588 unless it was set) without headers and framing.
    var recordBytes: Int {
        let bytes = Int(number(Self.messageBytes) ?? 1_048_588) - KafkaLimits.overheadBytes
        return min(max(bytes, StreamLimits.recordBytes.lowerBound), StreamLimits.recordBytes.upperBound)
    }

    mutating func set(retentionHours: Int) { values[Self.retentionMillis] = String(Int64(retentionHours) * Self.millisOfHour) }
    mutating func set(retentionBytes: Int?) { values[Self.retentionSize] = String(retentionBytes ?? -1) }
    mutating func set(recordBytes: Int) { values[Self.messageBytes] = String(recordBytes + KafkaLimits.overheadBytes) }

    private func number(_ name: String) -> Int64? { (values[name] ?? inherited[name]).flatMap { Int64($0) } }
}
#endif
