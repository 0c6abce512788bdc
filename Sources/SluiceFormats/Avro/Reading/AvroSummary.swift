package import SluiceCore

/// What an Avro file says of itself and how its blocks lie, for people who look into it.
package struct AvroSummary: Sendable {
    /// As in the header: `null`, `deflate`, `snappy` or `zstandard`.
    package let codec: String
    /// The header's entries in order: the schema's JSON, the codec, and what the writer added.
    package let metadata: [(key: String, value: [UInt8])]
    package private(set) var blockCount = 0
    package private(set) var rowCount: Int64 = 0

    /// Goes through all blocks without unfolding them.
    ///
    /// - Throws: what reading the file's structure throws: `cutFile`, `corruptFile`, `limitExceeded`.
    package init(_ input: FileInput) throws(SluiceError) {
        var bytes = AvroInput(try input.plainBytes(), path: input.path)
        let header = try AvroHeader(&bytes)
        codec = header.codec.rawValue
        metadata = header.metadata
        while let block = try AvroBlock(&bytes, header.sync, firstRow: rowCount) {
            blockCount += 1
            rowCount = block.endRow
        }
    }
}
