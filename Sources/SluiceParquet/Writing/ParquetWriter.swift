package import SluiceCore

/// Writes a Parquet file: row groups are encoded side by side by any tasks, and appended in the order of the file by one.
///
/// ```swift
/// var writer = try ParquetWriter(schema: schema, options: ParquetWriterOptions())
/// try sink.write(writer.header)
/// var offset = Int64(writer.header.count)
/// for batches in rowGroups {
///     let group = try writer.encode(batches)  // in any task
///     writer.append(group, at: offset)
///     try sink.write(group.bytes)
///     offset += Int64(group.bytes.count)
/// }
/// try sink.write(writer.finish(at: offset))
/// ```
///
/// The file: `PAR1`, row groups (column chunks, then bloom filters), column indexes, offset indexes, footer, its length, `PAR1`.
/// Memory is that of the row groups in flight and, for each one written, its part of the footer and page index.
package struct ParquetWriter: Sendable {
    package let schema: Schema
    package let options: ParquetWriterOptions
    private let tree: WriterSchema
    private var rowGroups: [RowGroup] = []
    private var indexes: [[EncodedChunk]] = []

    /// - Throws: `typeError` for what Parquet cannot hold, `invalidOption` and `unknownColumn` for options that do not fit the schema.
    package init(schema: Schema, options: ParquetWriterOptions = ParquetWriterOptions()) throws(SluiceError) {
        self.schema = schema
        self.options = options
        tree = try WriterSchema(schema).applying(options)
    }

    /// The first bytes of the file.
    package var header: [UInt8] { Array("PAR1".utf8) }

    /// One row group of all rows of `batches`, which have the writer's schema. Nothing is kept: any task may call.
    ///
    /// - Throws: `valueDoesNotFit` for a null in a required column and a decimal with too many digits; `limitExceeded` for pages that
    ///   are too large.
    package func encode(_ batches: [Batch]) throws(SluiceError) -> EncodedRowGroup {
        var group = EncodedRowGroup()
        for batch in batches {
            precondition(batch.columns.count == schema.count, "a batch has another schema than the file")
            group.rowCount += batch.rowCount
        }
        for leaf in tree.leaves {
            let data = try LeafData(leaf, batches.map { $0.columns[leaf.column] })
            let (chunk, bytes) = try Self.encode(leaf, data, options, after: group.bytes)
            group.bytes = bytes
            group.chunks.append(chunk)
        }
        for index in group.chunks.indices {
            guard let filter = group.chunks[index].filter else { continue }
            group.chunks[index].metadata.bloomFilterOffset = Int64(group.bytes.count)
            group.chunks[index].metadata.bloomFilterLength = Int32(filter.count)
            group.bytes.append(contentsOf: filter)
            group.chunks[index].filter = nil
        }
        return group
    }

    private static func encode(
        _ leaf: WriterLeaf, _ data: LeafData, _ options: ParquetWriterOptions, after bytes: consuming [UInt8]
    ) throws(SluiceError) -> (chunk: EncodedChunk, bytes: [UInt8]) {
        switch leaf.kind {
        case .boolean: try BooleanChunkEncoder(leaf: leaf, data: data, options: options).encode(after: bytes)
        case .int32, .null: try FixedChunkEncoder<Int32>(leaf: leaf, data: data, options: options).encode(after: bytes)
        case .int64: try FixedChunkEncoder<Int64>(leaf: leaf, data: data, options: options).encode(after: bytes)
        case .float: try FixedChunkEncoder<Float>(leaf: leaf, data: data, options: options).encode(after: bytes)
        case .double: try FixedChunkEncoder<Double>(leaf: leaf, data: data, options: options).encode(after: bytes)
        case .wideDecimal: try FixedChunkEncoder<Int128>(leaf: leaf, data: data, options: options).encode(after: bytes)
        case .bytes: try BytesChunkEncoder(leaf: leaf, data: data, options: options).encode(after: bytes)
        }
    }

    /// Counts a row group in, whose bytes are at `offset` of the file; row groups are appended in the order of the file.
    package mutating func append(_ group: EncodedRowGroup, at offset: Int64) {
        guard group.rowCount > 0 else { return }
        var uncompressed: Int64 = 0
        var compressed: Int64 = 0
        var chunks = group.chunks
        for index in chunks.indices {
            chunks[index].metadata.dataPageOffset += offset
            if let dictionary = chunks[index].metadata.dictionaryPageOffset {
                chunks[index].metadata.dictionaryPageOffset = dictionary + offset
            }
            if let filter = chunks[index].metadata.bloomFilterOffset { chunks[index].metadata.bloomFilterOffset = filter + offset }
            for page in chunks[index].pages.indices { chunks[index].pages[page].offset += offset }
            uncompressed += chunks[index].metadata.uncompressedBytes
            compressed += chunks[index].metadata.compressedBytes
        }
        var rowGroup = RowGroup(
            columns: chunks.map { ColumnChunk($0.metadata) }, rowCount: Int64(group.rowCount), uncompressedBytes: uncompressed)
        rowGroup.fileOffset = offset
        rowGroup.compressedBytes = compressed
        rowGroup.ordinal = Int16(exactly: rowGroups.count)
        rowGroups.append(rowGroup)
        indexes.append(chunks)
    }

    /// The rest of the file behind the last row group, which ends at `offset`: page index, footer, its length, `PAR1`.
    package mutating func finish(at offset: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        for (group, chunks) in indexes.enumerated() {
            for (column, chunk) in chunks.enumerated() {
                guard let index = chunk.columnIndex?.serialized else { continue }
                rowGroups[group].columns[column].columnIndexOffset = offset + Int64(bytes.count)
                rowGroups[group].columns[column].columnIndexLength = Int32(index.count)
                bytes.append(contentsOf: index)
            }
        }
        for (group, chunks) in indexes.enumerated() {
            for (column, chunk) in chunks.enumerated() where !chunk.pages.isEmpty {
                let index = OffsetIndex(pages: chunk.pages).serialized
                rowGroups[group].columns[column].offsetIndexOffset = offset + Int64(bytes.count)
                rowGroups[group].columns[column].offsetIndexLength = Int32(index.count)
                bytes.append(contentsOf: index)
            }
        }
        var footer = FileMetaData(
            schema: tree.elements, rowCount: rowGroups.reduce(0) { $0 + $1.rowCount }, rowGroups: rowGroups)
        footer.createdBy = "sluice version \(Release.version)"
        footer.columnOrders = tree.leaves.map { _ in .typeDefined }
        if !options.notes.isEmpty { footer.keyValues = options.notes.map { KeyValue($0.key, $0.value) } }
        let serialized = footer.serialized
        bytes.append(contentsOf: serialized)
        withUnsafeBytes(of: UInt32(serialized.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: header)
        return bytes
    }
}
