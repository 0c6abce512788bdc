/// Bounds of stores.
package enum StorageLimits {
    /// Bytes of an object's name.
    package static let nameBytes = 4_096
    /// Bytes of one part of a name, in usual file systems (NAME_MAX).
    package static let partBytes = 255
    /// Directories below one another that a listing enters.
    package static let directoryDepth = 128
    /// Names that the braces of a pattern may stand for.
    package static let braceAlternatives = 1_024
    /// Objects that one listing returns.
    package static let listedObjects = 1_000_000
    /// Bytes that a copy holds in memory.
    static let copiedBytes = 1 << 20
    /// Names that a message about a missing file shows.
    package static let shownNames = 5
}
