package import SluiceCore

/// What stands before each page: `PageHeader` of parquet.thrift with the header of the page's own kind.
package struct PageHeader: ThriftStruct {
    /// The header of the page's kind.
    package enum Kind: Hashable, Sendable {
        case data(DataPageHeader)
        case dataV2(DataPageHeaderV2)
        case dictionary(DictionaryPageHeader)
        /// A page that readers pass over.
        case other(PageType)
    }

    /// Bytes of the page without its header, before compression.
    package var uncompressedBytes: Int32
    /// Bytes of the page without its header, as it is in the file.
    package var compressedBytes: Int32
    /// CRC-32 (that of gzip) of the page's bytes as they are in the file.
    package var crc: Int32?
    package var kind: Kind

    package init(_ kind: Kind, uncompressedBytes: Int32, compressedBytes: Int32, crc: Int32? = nil) {
        self.kind = kind
        self.uncompressedBytes = uncompressedBytes
        self.compressedBytes = compressedBytes
        self.crc = crc
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        var type: PageType?
        var sizes: (uncompressed: Int32?, compressed: Int32?)
        var crc: Int32?
        var kinds: (data: DataPageHeader?, dictionary: DictionaryPageHeader?, dataV2: DataPageHeaderV2?)
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: type = try reader.enumeration(field)
            case 2: sizes.uncompressed = try reader.int32(field)
            case 3: sizes.compressed = try reader.int32(field)
            case 4: crc = try reader.int32(field)
            case 5: kinds.data = try reader.structure(field)
            case 7: kinds.dictionary = try reader.structure(field)
            case 8: kinds.dataV2 = try reader.structure(field)
            default: try reader.skip(field)
            }
        }
        let kind: Kind =
            switch try type.required("PageHeader.type") {
            case .data: .data(try kinds.data.required("PageHeader.data_page_header"))
            case .dictionary: .dictionary(try kinds.dictionary.required("PageHeader.dictionary_page_header"))
            case .dataV2: .dataV2(try kinds.dataV2.required("PageHeader.data_page_header_v2"))
            case let other: .other(other)
            }
        self.init(
            kind, uncompressedBytes: try sizes.uncompressed.required("PageHeader.uncompressed_page_size"),
            compressedBytes: try sizes.compressed.required("PageHeader.compressed_page_size"), crc: crc)
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        switch kind {
        case .data: writer.enumeration(1, PageType.data)
        case .dataV2: writer.enumeration(1, PageType.dataV2)
        case .dictionary: writer.enumeration(1, PageType.dictionary)
        case .other(let type): writer.enumeration(1, type)
        }
        writer.int32(2, uncompressedBytes)
        writer.int32(3, compressedBytes)
        writer.int32(4, crc)
        switch kind {
        case .data(let header): writer.structure(5, header)
        case .dictionary(let header): writer.structure(7, header)
        case .dataV2(let header): writer.structure(8, header)
        case .other: break
        }
        writer.closeStruct()
    }
}

/// `DataPageHeader` of parquet.thrift: levels and values are compressed together.
package struct DataPageHeader: ThriftStruct {
    /// Entries of the level streams: values, nulls, empty lists.
    package var valueCount: Int32
    package var encoding: PageEncoding
    package var definitionLevelEncoding: PageEncoding
    package var repetitionLevelEncoding: PageEncoding
    package var statistics: ColumnStatistics?

    package init(valueCount: Int32, encoding: PageEncoding, statistics: ColumnStatistics? = nil) {
        self.valueCount = valueCount
        self.encoding = encoding
        definitionLevelEncoding = .rle
        repetitionLevelEncoding = .rle
        self.statistics = statistics
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        self.init(valueCount: 0, encoding: .plain)
        var required: (count: Int32?, encoding: PageEncoding?)
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: required.count = try reader.int32(field)
            case 2: required.encoding = try reader.enumeration(field)
            case 3: definitionLevelEncoding = try reader.enumeration(field)
            case 4: repetitionLevelEncoding = try reader.enumeration(field)
            case 5: statistics = try reader.structure(field)
            default: try reader.skip(field)
            }
        }
        valueCount = try required.count.required("DataPageHeader.num_values")
        encoding = try required.encoding.required("DataPageHeader.encoding")
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.int32(1, valueCount)
        writer.enumeration(2, encoding)
        writer.enumeration(3, definitionLevelEncoding)
        writer.enumeration(4, repetitionLevelEncoding)
        writer.structure(5, statistics)
        writer.closeStruct()
    }
}

/// `DataPageHeaderV2` of parquet.thrift: levels stand uncompressed before the values, pages begin with a row.
package struct DataPageHeaderV2: ThriftStruct {
    package var valueCount: Int32
    package var nullCount: Int32
    package var rowCount: Int32
    package var encoding: PageEncoding
    package var definitionLevelBytes: Int32
    package var repetitionLevelBytes: Int32
    /// Whether the values are compressed; true when the field is missing.
    package var isCompressed: Bool
    package var statistics: ColumnStatistics?

    package init(
        valueCount: Int32, nullCount: Int32, rowCount: Int32, encoding: PageEncoding, definitionLevelBytes: Int32,
        repetitionLevelBytes: Int32,
        isCompressed: Bool, statistics: ColumnStatistics? = nil
    ) {
        self.valueCount = valueCount
        self.nullCount = nullCount
        self.rowCount = rowCount
        self.encoding = encoding
        self.definitionLevelBytes = definitionLevelBytes
        self.repetitionLevelBytes = repetitionLevelBytes
        self.isCompressed = isCompressed
        self.statistics = statistics
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        var counts: (values: Int32?, nulls: Int32?, rows: Int32?, definition: Int32?, repetition: Int32?)
        var encoding: PageEncoding?
        var isCompressed = true
        var statistics: ColumnStatistics?
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: counts.values = try reader.int32(field)
            case 2: counts.nulls = try reader.int32(field)
            case 3: counts.rows = try reader.int32(field)
            case 4: encoding = try reader.enumeration(field)
            case 5: counts.definition = try reader.int32(field)
            case 6: counts.repetition = try reader.int32(field)
            case 7: isCompressed = try reader.boolean(field)
            case 8: statistics = try reader.structure(field)
            default: try reader.skip(field)
            }
        }
        self.init(
            valueCount: try counts.values.required("DataPageHeaderV2.num_values"),
            nullCount: try counts.nulls.required("DataPageHeaderV2.num_nulls"),
            rowCount: try counts.rows.required("DataPageHeaderV2.num_rows"), encoding: try encoding.required("DataPageHeaderV2.encoding"),
            definitionLevelBytes: try counts.definition.required("DataPageHeaderV2.definition_levels_byte_length"),
            repetitionLevelBytes: try counts.repetition.required("DataPageHeaderV2.repetition_levels_byte_length"),
            isCompressed: isCompressed, statistics: statistics)
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.int32(1, valueCount)
        writer.int32(2, nullCount)
        writer.int32(3, rowCount)
        writer.enumeration(4, encoding)
        writer.int32(5, definitionLevelBytes)
        writer.int32(6, repetitionLevelBytes)
        writer.boolean(7, isCompressed)
        writer.structure(8, statistics)
        writer.closeStruct()
    }
}

/// `DictionaryPageHeader` of parquet.thrift.
package struct DictionaryPageHeader: ThriftStruct {
    package var valueCount: Int32
    package var encoding: PageEncoding
    package var isSorted: Bool?

    package init(valueCount: Int32, encoding: PageEncoding = .plain, isSorted: Bool? = nil) {
        self.valueCount = valueCount
        self.encoding = encoding
        self.isSorted = isSorted
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        self.init(valueCount: 0)
        var count: Int32?
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: count = try reader.int32(field)
            case 2: encoding = try reader.enumeration(field)
            case 3: isSorted = try reader.boolean(field)
            default: try reader.skip(field)
            }
        }
        valueCount = try count.required("DictionaryPageHeader.num_values")
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.int32(1, valueCount)
        writer.enumeration(2, encoding)
        writer.boolean(3, isSorted)
        writer.closeStruct()
    }
}
