package import SluiceCore

/// A column's part of a row group, and where its indexes are: `ColumnChunk` of parquet.thrift.
package struct ColumnChunk: ThriftStruct {
    /// Another file that holds the pages; not supported, nor used by known writers.
    package var filePath: String?
    /// Deprecated; 0.
    package var fileOffset: Int64 = 0
    package var metadata: ColumnMetaData?
    package var offsetIndexOffset: Int64?
    package var offsetIndexLength: Int32?
    package var columnIndexOffset: Int64?
    package var columnIndexLength: Int32?
    /// Whether the chunk is encrypted, which is not supported.
    package var isEncrypted = false

    package init(_ metadata: ColumnMetaData) { self.metadata = metadata }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: filePath = try reader.string(field)
            case 2: fileOffset = try reader.int64(field)
            case 3: metadata = try reader.structure(field)
            case 4: offsetIndexOffset = try reader.int64(field)
            case 5: offsetIndexLength = try reader.int32(field)
            case 6: columnIndexOffset = try reader.int64(field)
            case 7: columnIndexLength = try reader.int32(field)
            case 8, 9:
                isEncrypted = true
                try reader.skip(field)
            default: try reader.skip(field)
            }
        }
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.string(1, filePath)
        writer.int64(2, fileOffset)
        writer.structure(3, metadata)
        writer.int64(4, offsetIndexOffset)
        writer.int32(5, offsetIndexLength)
        writer.int64(6, columnIndexOffset)
        writer.int32(7, columnIndexLength)
        writer.closeStruct()
    }
}

/// `ColumnMetaData` of parquet.thrift.
package struct ColumnMetaData: ThriftStruct {
    package var type: PhysicalType
    package var encodings: [PageEncoding]
    package var path: [String]
    package var codec: CompressionCodec
    /// Values with nulls and, in nested columns, empty lists: entries of the level streams.
    package var valueCount: Int64
    /// Bytes of all pages with their headers, before compression.
    package var uncompressedBytes: Int64
    /// Bytes of all pages with their headers, as they are in the file.
    package var compressedBytes: Int64
    package var keyValues: [KeyValue]?
    package var dataPageOffset: Int64
    package var dictionaryPageOffset: Int64?
    package var statistics: ColumnStatistics?
    package var encodingStatistics: [PageEncodingStatistics]?
    package var bloomFilterOffset: Int64?
    package var bloomFilterLength: Int32?
    package var sizeStatistics: SizeStatistics?

    package init(
        _ type: PhysicalType, path: [String], codec: CompressionCodec, encodings: [PageEncoding] = [], valueCount: Int64 = 0,
        uncompressedBytes: Int64 = 0, compressedBytes: Int64 = 0, dataPageOffset: Int64 = 0
    ) {
        self.type = type
        self.path = path
        self.codec = codec
        self.encodings = encodings
        self.valueCount = valueCount
        self.uncompressedBytes = uncompressedBytes
        self.compressedBytes = compressedBytes
        self.dataPageOffset = dataPageOffset
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        var type: PhysicalType?
        var codec: CompressionCodec?
        var counts: (values: Int64?, uncompressed: Int64?, compressed: Int64?, offset: Int64?)
        var result = ColumnMetaData(.boolean, path: [], codec: .uncompressed)
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: type = try reader.enumeration(field)
            case 2: result.encodings = try reader.enumerations(field)
            case 3: result.path = try reader.strings(field)
            case 4: codec = try reader.enumeration(field)
            case 5: counts.values = try reader.int64(field)
            case 6: counts.uncompressed = try reader.int64(field)
            case 7: counts.compressed = try reader.int64(field)
            case 8: result.keyValues = try reader.structs(field)
            case 9: counts.offset = try reader.int64(field)
            case 11: result.dictionaryPageOffset = try reader.int64(field)
            case 12: result.statistics = try reader.structure(field)
            case 13: result.encodingStatistics = try reader.structs(field)
            case 14: result.bloomFilterOffset = try reader.int64(field)
            case 15: result.bloomFilterLength = try reader.int32(field)
            case 16: result.sizeStatistics = try reader.structure(field)
            default: try reader.skip(field)
            }
        }
        result.type = try type.required("ColumnMetaData.type")
        result.codec = try codec.required("ColumnMetaData.codec")
        result.valueCount = try counts.values.required("ColumnMetaData.num_values")
        result.uncompressedBytes = try counts.uncompressed.required("ColumnMetaData.total_uncompressed_size")
        result.compressedBytes = try counts.compressed.required("ColumnMetaData.total_compressed_size")
        result.dataPageOffset = try counts.offset.required("ColumnMetaData.data_page_offset")
        self = result
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.enumeration(1, type)
        writer.enumerations(2, encodings)
        writer.strings(3, path)
        writer.enumeration(4, codec)
        writer.int64(5, valueCount)
        writer.int64(6, uncompressedBytes)
        writer.int64(7, compressedBytes)
        writer.structs(8, keyValues)
        writer.int64(9, dataPageOffset)
        writer.int64(11, dictionaryPageOffset)
        writer.structure(12, statistics)
        writer.structs(13, encodingStatistics)
        writer.int64(14, bloomFilterOffset)
        writer.int32(15, bloomFilterLength)
        writer.structure(16, sizeStatistics)
        writer.closeStruct()
    }
}

/// How many pages of a kind a column chunk has: `PageEncodingStats` of parquet.thrift.
package struct PageEncodingStatistics: ThriftStruct {
    package var pageType: PageType
    package var encoding: PageEncoding
    package var count: Int32

    package init(_ pageType: PageType, _ encoding: PageEncoding, count: Int32) {
        self.pageType = pageType
        self.encoding = encoding
        self.count = count
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        self.init(.data, .plain, count: 0)
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: pageType = try reader.enumeration(field)
            case 2: encoding = try reader.enumeration(field)
            case 3: count = try reader.int32(field)
            default: try reader.skip(field)
            }
        }
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.enumeration(1, pageType)
        writer.enumeration(2, encoding)
        writer.int32(3, count)
        writer.closeStruct()
    }
}
