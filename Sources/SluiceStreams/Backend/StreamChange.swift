/// What `updateStream` changes; nil leaves a setting as it is.
package struct StreamChange: Hashable, Sendable {
    /// Lowering it hides older records at once; raising it never brings records back.
    package var retentionHours: Int?
    /// `.some(nil)` takes the bound away.
    package var retentionBytes: Int??
    package var recordBytes: Int?
    package var mode: StreamConfiguration.Mode?
    package var durability: StreamConfiguration.DurabilityPolicy?
    /// Holds for frames written from then on; older ones stay as they are and stay readable.
    package var isEncrypted: Bool?
    /// `.some(nil)` takes the binding away.
    package var schema: SchemaBinding??
    package var addedTags: [String: String] = [:]
    package var removedTags: [String] = []

    package init() {}
}

extension StreamConfiguration {
    /// Takes over what a change names.
    package mutating func apply(_ change: StreamChange) {
        retentionHours = change.retentionHours ?? retentionHours
        if let bytes = change.retentionBytes { retentionBytes = bytes }
        recordBytes = change.recordBytes ?? recordBytes
        mode = change.mode ?? mode
        durability = change.durability ?? durability
        isEncrypted = change.isEncrypted ?? isEncrypted
        if let binding = change.schema { schema = binding }
        for key in change.removedTags { tags[key] = nil }
        tags.merge(change.addedTags) { _, new in new }
    }
}
