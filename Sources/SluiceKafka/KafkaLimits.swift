#if Kafka
import SluiceStreams

/// Bounds of the Kafka backend.
package enum KafkaLimits {
    /// Characters of a topic's name, of `[a-zA-Z0-9._-]` (Kafka: `Topic.MAX_NAME_LENGTH`).
    package static let nameCharacters = 249
    /// Hours that records are kept; Kafka sets no bound itself.
    static let retentionHours = 1...StreamLimits.retentionHours.upperBound
    /// How long the answer of a broker is waited for, unless the settings say otherwise.
    package static let requestMillis = 30_000
    /// How long a record may wait for its acknowledgement.
    static let deliveryMillis = 60_000
    /// Names and values of a record's headers, together (as in the embedded log).
    static let headerBytes = 64 << 10
    /// Bytes that a record may take beside key and payload: headers and framing.
    static let overheadBytes = headerBytes + (1 << 10)
    /// Bytes of records that wait to be sent; a put that would exceed them is refused for now.
    static let queuedKilobytes = 128 << 10
    /// Bytes that one reader fetches ahead.
    static let fetchedKilobytes = 8 << 10
    /// After so long a reader that waits looks into its queue again, whether it was woken or not: the library may stop serving a queue before it
    /// is empty (an error of a broker among the messages), and tells only of one that was empty.
    static let lookAgainMillis = 1_000
    /// Messages taken from the library at a time.
    static let messagesAtATime = 256
    /// Readers that stay ready to go on where their last page ended.
    static let idleReaders = 16
    /// Consumers of one backend: one reads a partition once at a time, so this bounds the readers of one partition.
    static let consumers = 64
    /// How long the number of a topic's partitions is relied on.
    static let topicMillis = 30_000
    /// How long a topic that was made is waited for.
    static let creationMillis = 30_000
}
#endif
