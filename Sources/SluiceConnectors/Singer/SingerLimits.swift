import SluiceCore

/// Bounds of taps and targets.
enum SingerLimits {
    /// Bytes of messages after which a slice ends with the next state.
    static let sliceBytes: Int64 = 32 << 20
    /// How long a slice lasts before it ends with the next state.
    static let sliceTime = Duration.seconds(30)
    /// Bytes of lines that are taken from a tap, or from a file of it, at once.
    static let chunkBytes = 1 << 20
    /// Bytes of a catalog.
    static let catalogBytes = 64 << 20
    /// Schemas within the one of a stream: columns, members and elements, those behind references each time that one leads to them.
    static let schemas = 100_000
    /// Bytes of a line of a file that a BATCH message names.
    static let lineBytes = 16 << 20
    static let defaultTimeoutMicros: Int64 = 600_000_000
    /// How long a run that follows waits between two runs of a tap.
    static let defaultPauseMicros: Int64 = 60_000_000
    /// Lines of standard error that become notices of a run.
    static let shownLines = 10
}

extension SluiceError.Code {
    static let tapFailed = Self("tap-failed")
    static let targetFailed = Self("target-failed")
    static let nullKey = Self("null-key")
}
