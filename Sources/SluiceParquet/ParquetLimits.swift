/// Bounds of what a Parquet file may ask of its reader; the room's other bounds are the batches' in `CoreLimits`.
package enum ParquetLimits {
    /// Bytes of a file's footer: the serialized `FileMetaData`.
    package static let footerBytes = 128 << 20
    /// Bytes of one column chunk's column index or offset index.
    package static let pageIndexBytes = 64 << 20
    /// Bytes of a page header, which holds the smallest and largest value of its page.
    package static let pageHeaderBytes = 16 << 20
    /// Bytes of a bloom filter's bit set; the specification's own maximum is 128 MiB.
    package static let bloomFilterBytes = 128 << 20
    /// Values that are looked up in a bloom filter; of a longer list it is not asked.
    package static let bloomProbes = 64
    /// Comparisons of a dictionary's values with a condition's constants; a dictionary that would need more is not asked.
    package static let dictionaryProbes = 1 << 16
    /// Bytes of one page, compressed or not. DuckDB's have up to 100,000,000, other writers' about 1 MiB.
    package static let pageBytes = 128 << 20
    /// Values of one dictionary; writers go over to plain values long before.
    package static let dictionaryValues = 1 << 24
    /// Nesting of structs inside Thrift's bytes.
    package static let thriftDepth = 32
    /// Elements of a schema: columns, groups and leaves.
    package static let schemaElements = 4 * 16_384
    /// The largest definition or repetition level.
    package static let level = 255
    /// Bytes that are read at once from a column chunk.
    package static let windowBytes = 1 << 20
    /// Bytes of texts or binaries that one column may take in one batch.
    package static let columnBatchBytes = 256 << 20
    /// Elements of lists that one column may take in one batch.
    package static let columnBatchElements = 1 << 23
    /// Bytes that all columns may take in one batch, however little of the file they are.
    package static let allColumnsBatchBytes = 1 << 30
    /// Bytes that the columns of one batch are meant to take; batches of wide rows get fewer rows.
    package static let batchBytes = 16 << 20
    /// Values of one block of the delta encodings; writers use 128.
    package static let deltaBlockValues = 1 << 16
}
