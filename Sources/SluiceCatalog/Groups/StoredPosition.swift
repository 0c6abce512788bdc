/// A position in a shard as its reader writes it, which the catalog keeps and compares without knowing what it means.
package struct StoredPosition: Hashable, Sendable {
    package var text: String
    /// Of an aggregated record, how many parts were read; nil for all.
    package var subSequence: Int64?
    /// Sorts byte by byte as positions do.
    package var key: String

    package init(text: String, subSequence: Int64? = nil, key: String) {
        self.text = text
        self.subSequence = subSequence
        self.key = key
    }

    /// Every record of a closed shard was read.
    package static let shardEnd = StoredPosition(text: "SHARD_END", key: "2")
}
