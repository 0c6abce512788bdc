/// What a stream is created with.
package struct StreamConfiguration: Hashable, Sendable {
    /// How the number of shards is chosen.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// By its user.
        case provisioned = "PROVISIONED"
        /// By the load (`CapacityPolicy`).
        case onDemand = "ON_DEMAND"
    }

    /// What an acknowledgement promises.
    package enum DurabilityPolicy: String, Hashable, Sendable, CaseIterable {
        /// The record survives a power cut.
        case always
        /// It survives the end of the process; and a power cut if it is older than `StreamLimits.syncIntervalMillis`.
        case interval
        /// It survives the end of the process.
        case none
    }

    package var shards: Int
    package var retentionHours: Int
    /// Oldest segments are also removed when a shard holds more than this; nil for no such bound.
    package var retentionBytes: Int?
    /// Bytes of key and payload of one record.
    package var recordBytes: Int
    package var mode: Mode
    package var durability: DurabilityPolicy
    /// Bodies of frames are encrypted with AES-GCM under the key of the state directory.
    package var isEncrypted: Bool
    /// At most `StreamLimits.tags`.
    package var tags: [String: String]
    /// Nil: records are whatever they are.
    package var schema: SchemaBinding?

    package init(
        shards: Int = 1, retentionHours: Int = StreamLimits.defaultRetentionHours, retentionBytes: Int? = nil,
        recordBytes: Int = StreamLimits.defaultRecordBytes, mode: Mode = .provisioned, durability: DurabilityPolicy = .always,
        isEncrypted: Bool = false, tags: [String: String] = [:], schema: SchemaBinding? = nil
    ) {
        self.shards = shards
        self.retentionHours = retentionHours
        self.retentionBytes = retentionBytes
        self.recordBytes = recordBytes
        self.mode = mode
        self.durability = durability
        self.isEncrypted = isEncrypted
        self.tags = tags
        self.schema = schema
    }
}
