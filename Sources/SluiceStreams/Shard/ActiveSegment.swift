import SluiceCore

/// The last segment of a shard, which one flusher at a time writes.
struct ActiveSegment: Sendable {
    var file: any LogFile
    var base: UInt64
    /// Bytes of whole frames written.
    var byteCount: Int
    /// Bytes known to be on disk.
    var syncedBytes: Int
    /// Bytes that the system was asked to store.
    var storingBytes: Int
    /// A failed sync or truncation: what the file holds behind `syncedBytes` is unknown, so nothing more is written to it.
    var isSuspect = false
}
