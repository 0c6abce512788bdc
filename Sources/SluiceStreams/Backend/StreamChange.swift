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
    package var addedTags: [String: String] = [:]
    package var removedTags: [String] = []

    package init() {}
}
