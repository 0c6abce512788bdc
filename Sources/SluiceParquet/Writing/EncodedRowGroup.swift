/// A row group as it will be in the file, made by any task; offsets count from its own start until it is appended.
package struct EncodedRowGroup: Sendable {
    /// Column chunks, then bloom filters.
    package internal(set) var bytes: [UInt8] = []
    package internal(set) var rowCount = 0
    var chunks: [EncodedChunk] = []
}

/// What the footer and the page index say about a column chunk.
struct EncodedChunk: Sendable {
    var metadata: ColumnMetaData
    /// Empty where no page index is written.
    var pages: [PageLocation] = []
    var columnIndex: ColumnIndex?
    /// A bloom filter with its header.
    var filter: [UInt8]?

    init(metadata: ColumnMetaData) { self.metadata = metadata }
}
