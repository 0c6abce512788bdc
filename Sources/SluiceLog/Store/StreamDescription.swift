package import SluiceCore
package import SluiceStreams

/// What `stream describe` shows.
package struct StreamDescription: Hashable, Sendable {
    /// One shard: its hash range and what it holds.
    package struct Shard: Hashable, Sendable {
        package var id: ShardID
        package var range: HashRange
        /// Number of the oldest record that is kept.
        package var firstSequence: UInt64
        /// One past the newest durable record.
        package var endSequence: UInt64
        package var segmentCount: Int
        package var byteCount: Int
        /// False once it was split or merged.
        package var isOpen: Bool
        /// The shard that was split, or the two that were merged, to make it.
        package var parents: [ShardID]
        /// Numbers of records between the two that damage took.
        package var missing: [Range<UInt64>] = []

        package var missingCount: Int { missing.reduce(0) { $0 + $1.count } }
        /// Records that are there.
        package var recordCount: Int { Int(endSequence - firstSequence) - missingCount }
    }

    package var name: String
    package var directory: String
    /// Microseconds since 1970.
    package var createdMicros: Int64
    package var configuration: StreamConfiguration
    package var shards: [Shard]

    package var retentionHours: Int { configuration.retentionHours }
    package var recordCount: Int { shards.reduce(0) { $0 + $1.recordCount } }
    /// Records that damage took, of those that would still be kept.
    package var missingCount: Int { shards.reduce(0) { $0 + $1.missingCount } }
    package var byteCount: Int { shards.reduce(0) { $0 + $1.byteCount } }

    /// For `--json`: stable keys; hashes and sequence numbers are strings, as many readers of JSON lose digits of large numbers.
    package var json: Value {
        .structure([
            .init("name", .string(name)),
            .init("directory", .string(directory)),
            .init("created_at", .timestamp(createdMicros, zoned: true)),
            .init("retention_hours", .integer(Int64(retentionHours))),
            .init("retention_bytes", configuration.retentionBytes.map { .integer(Int64($0)) } ?? .null),
            .init("record_bytes", .integer(Int64(configuration.recordBytes))),
            .init("mode", .string(configuration.mode.rawValue)),
            .init("durability", .string(configuration.durability.rawValue)),
            .init("encryption", .string(configuration.isEncrypted ? "aes-gcm" : "none")),
            .init("tags", .structure(configuration.tags.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
            .init("schema", configuration.schema.map { .string($0.schema) } ?? .null),
            .init("enforce", configuration.schema.map { .string($0.enforcement.rawValue) } ?? .null),
            .init("records", .integer(Int64(recordCount))),
            .init("missing_records", .integer(Int64(missingCount))),
            .init("bytes", .integer(Int64(byteCount))),
            .init(
                "shards",
                .list(
                    shards.map { shard in
                        .structure([
                            .init("shard_id", .string(shard.id.description)),
                            .init("open", .boolean(shard.isOpen)),
                            .init("parents", .list(shard.parents.map { .string($0.description) })),
                            .init("first_hash_key", .string(String(shard.range.first))),
                            .init("last_hash_key", .string(String(shard.range.last))),
                            .init("first_sequence", .string(String(shard.firstSequence))),
                            .init("end_sequence", .string(String(shard.endSequence))),
                            .init("records", .integer(Int64(shard.recordCount))),
                            .init("missing_records", .integer(Int64(shard.missingCount))),
                            .init("segments", .integer(Int64(shard.segmentCount))),
                            .init("bytes", .integer(Int64(shard.byteCount))),
                        ])
                    })),
        ])
    }
}
