import SluiceCore

/// Bounds of readers and writers; those that hold everywhere are in `CoreLimits`.
package enum FormatLimits {
    /// Bytes of a record over `CoreLimits.recordBytes` that its reject keeps.
    package static let rejectRawBytes = 64 << 10
    /// Bytes of rows in memory that make a row group, however few they are.
    package static let rowGroupBytes = 32 << 20
    /// Bytes that a reader asks a source for at once.
    package static let chunkBytes = CoreLimits.batchBytes
    /// Bytes that are read of a file first; later chunks grow to `chunkBytes`.
    package static let firstChunkBytes = 64 << 10
    /// Values of a batch, of nested columns too. Records that name all their columns have far fewer; those that leave most of them out do not.
    package static let batchCells = 1 << 20
    /// Bytes of another encoding that are turned into UTF-8 at once.
    package static let encodedBytes = 64 << 10
    /// Rows of one file that a schema is inferred from.
    package static let sampleRows = 20_000
    /// Rows of a sample that are looked at together.
    package static let sampledRowsAtOnce = 1_024
    /// Bytes of one file that a schema is inferred from.
    package static let sampleBytes = 4 << 20
    /// Columns, and fields of structs, that are inferred from records which name them.
    package static let inferredColumns = 4_096
    /// Files of one source that a schema is inferred from.
    package static let sampleFiles = 8
    /// Digits up to which a text of digits is inferred to be an integer; longer ones are identifiers more often than amounts.
    package static let inferredIntegerDigits = 15
    /// Bytes of a serialised file layout.
    package static let layoutBytes = 4 << 20
    /// Bytes of a number's or date's text.
    package static let scalarBytes = 128
}
