/// How values are stored: `Type` of parquet.thrift.
package struct PhysicalType: ThriftEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
    package static let boolean = Self(rawValue: 0)
    package static let int32 = Self(rawValue: 1)
    package static let int64 = Self(rawValue: 2)
    /// Twelve bytes: nanoseconds of the day and a Julian day number; deprecated.
    package static let int96 = Self(rawValue: 3)
    package static let float = Self(rawValue: 4)
    package static let double = Self(rawValue: 5)
    package static let byteArray = Self(rawValue: 6)
    package static let fixedLengthByteArray = Self(rawValue: 7)
    package static let names: [String?] = ["BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"]
}

/// The older annotation of a schema element, which `LogicalType` superseded: `ConvertedType` of parquet.thrift.
package struct ConvertedType: ThriftEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
    package static let utf8 = Self(rawValue: 0)
    package static let map = Self(rawValue: 1)
    package static let mapKeyValue = Self(rawValue: 2)
    package static let list = Self(rawValue: 3)
    package static let enumeration = Self(rawValue: 4)
    package static let decimal = Self(rawValue: 5)
    package static let date = Self(rawValue: 6)
    package static let timeMillis = Self(rawValue: 7)
    package static let timeMicros = Self(rawValue: 8)
    package static let timestampMillis = Self(rawValue: 9)
    package static let timestampMicros = Self(rawValue: 10)
    package static let uint8 = Self(rawValue: 11)
    package static let uint16 = Self(rawValue: 12)
    package static let uint32 = Self(rawValue: 13)
    package static let uint64 = Self(rawValue: 14)
    package static let int8 = Self(rawValue: 15)
    package static let int16 = Self(rawValue: 16)
    package static let int32 = Self(rawValue: 17)
    package static let int64 = Self(rawValue: 18)
    package static let json = Self(rawValue: 19)
    package static let bson = Self(rawValue: 20)
    package static let interval = Self(rawValue: 21)
    package static let names: [String?] = [
        "UTF8", "MAP", "MAP_KEY_VALUE", "LIST", "ENUM", "DECIMAL", "DATE", "TIME_MILLIS", "TIME_MICROS", "TIMESTAMP_MILLIS",
        "TIMESTAMP_MICROS", "UINT_8", "UINT_16", "UINT_32", "UINT_64", "INT_8", "INT_16", "INT_32", "INT_64", "JSON", "BSON", "INTERVAL",
    ]
}

/// Whether a field must be there, may be null, or repeats: `FieldRepetitionType` of parquet.thrift.
package struct Repetition: ThriftEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
    package static let required = Self(rawValue: 0)
    package static let optional = Self(rawValue: 1)
    package static let repeated = Self(rawValue: 2)
    package static let names: [String?] = ["REQUIRED", "OPTIONAL", "REPEATED", "VECTOR"]
}

/// How the values or levels of a page are encoded: `Encoding` of parquet.thrift.
package struct PageEncoding: ThriftEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
    package static let plain = Self(rawValue: 0)
    /// Deprecated name of `rleDictionary` in data pages and of `plain` in dictionary pages.
    package static let plainDictionary = Self(rawValue: 2)
    package static let rle = Self(rawValue: 3)
    /// Deprecated encoding of levels.
    package static let bitPacked = Self(rawValue: 4)
    package static let deltaBinaryPacked = Self(rawValue: 5)
    package static let deltaLengthByteArray = Self(rawValue: 6)
    package static let deltaByteArray = Self(rawValue: 7)
    package static let rleDictionary = Self(rawValue: 8)
    package static let byteStreamSplit = Self(rawValue: 9)
    package static let names: [String?] = [
        "PLAIN", nil, "PLAIN_DICTIONARY", "RLE", "BIT_PACKED", "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY",
        "RLE_DICTIONARY", "BYTE_STREAM_SPLIT",
    ]
}

/// How pages are compressed: `CompressionCodec` of parquet.thrift.
package struct CompressionCodec: ThriftEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
    package static let uncompressed = Self(rawValue: 0)
    package static let snappy = Self(rawValue: 1)
    package static let gzip = Self(rawValue: 2)
    package static let lzo = Self(rawValue: 3)
    package static let brotli = Self(rawValue: 4)
    package static let lz4 = Self(rawValue: 5)
    package static let zstd = Self(rawValue: 6)
    package static let lz4Raw = Self(rawValue: 7)
    package static let names: [String?] = ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"]
}

/// What a page holds: `PageType` of parquet.thrift.
package struct PageType: ThriftEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
    package static let data = Self(rawValue: 0)
    package static let index = Self(rawValue: 1)
    package static let dictionary = Self(rawValue: 2)
    package static let dataV2 = Self(rawValue: 3)
    package static let names: [String?] = ["DATA_PAGE", "INDEX_PAGE", "DICTIONARY_PAGE", "DATA_PAGE_V2"]
}

/// Whether a column index's bounds ascend or descend over the pages: `BoundaryOrder` of parquet.thrift.
package struct BoundaryOrder: ThriftEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
    package static let unordered = Self(rawValue: 0)
    package static let ascending = Self(rawValue: 1)
    package static let descending = Self(rawValue: 2)
    package static let names: [String?] = ["UNORDERED", "ASCENDING", "DESCENDING"]
}
