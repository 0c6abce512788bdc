package import SluiceCore

/// A file's footer: `FileMetaData` of parquet.thrift.
package struct FileMetaData: ThriftStruct {
    package var version: Int32
    /// The tree in depth-first order; the first is the root.
    package var schema: [SchemaElement]
    package var rowCount: Int64
    package var rowGroups: [RowGroup]
    package var keyValues: [KeyValue]?
    package var createdBy: String?
    /// The order of the bounds in the statistics of each leaf; nil: only the deprecated bounds may be there.
    package var columnOrders: [ColumnOrder]?
    /// Whether the columns are encrypted, which is not supported.
    package var isEncrypted = false

    package init(schema: [SchemaElement], rowCount: Int64 = 0, rowGroups: [RowGroup] = [], version: Int32 = 2) {
        self.version = version
        self.schema = schema
        self.rowCount = rowCount
        self.rowGroups = rowGroups
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        self.init(schema: [])
        var count: Int64?
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: version = try reader.int32(field)
            case 2: schema = try reader.structs(field, limit: ParquetLimits.schemaElements)
            case 3: count = try reader.int64(field)
            case 4: rowGroups = try reader.structs(field)
            case 5: keyValues = try reader.structs(field)
            case 6: createdBy = try reader.string(field)
            case 7: columnOrders = try reader.structs(field)
            case 8:
                isEncrypted = true
                try reader.skip(field)
            default: try reader.skip(field)
            }
        }
        rowCount = try count.required("FileMetaData.num_rows")
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.int32(1, version)
        writer.structs(2, schema)
        writer.int64(3, rowCount)
        writer.structs(4, rowGroups)
        writer.structs(5, keyValues)
        writer.string(6, createdBy)
        writer.structs(7, columnOrders)
        writer.closeStruct()
    }
}

/// Rows that are stored together, column by column: `RowGroup` of parquet.thrift.
package struct RowGroup: ThriftStruct {
    package var columns: [ColumnChunk]
    /// Bytes of the columns before compression.
    package var uncompressedBytes: Int64
    package var rowCount: Int64
    package var sortingColumns: [SortingColumn]?
    /// Where the first page is.
    package var fileOffset: Int64?
    package var compressedBytes: Int64?
    package var ordinal: Int16?

    package init(columns: [ColumnChunk], rowCount: Int64, uncompressedBytes: Int64 = 0) {
        self.columns = columns
        self.rowCount = rowCount
        self.uncompressedBytes = uncompressedBytes
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        self.init(columns: [], rowCount: 0)
        var count: Int64?
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: columns = try reader.structs(field, limit: ParquetLimits.schemaElements)
            case 2: uncompressedBytes = try reader.int64(field)
            case 3: count = try reader.int64(field)
            case 4: sortingColumns = try reader.structs(field)
            case 5: fileOffset = try reader.int64(field)
            case 6: compressedBytes = try reader.int64(field)
            case 7: ordinal = try reader.int16(field)
            default: try reader.skip(field)
            }
        }
        rowCount = try count.required("RowGroup.num_rows")
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.structs(1, columns)
        writer.int64(2, uncompressedBytes)
        writer.int64(3, rowCount)
        writer.structs(4, sortingColumns)
        writer.int64(5, fileOffset)
        writer.int64(6, compressedBytes)
        writer.int16(7, ordinal)
        writer.closeStruct()
    }
}

/// By which leaf the rows of a row group are sorted: `SortingColumn` of parquet.thrift.
package struct SortingColumn: ThriftStruct {
    package var columnIndex: Int32
    package var isDescending: Bool
    package var nullsFirst: Bool

    package init(_ columnIndex: Int32, isDescending: Bool = false, nullsFirst: Bool = false) {
        self.columnIndex = columnIndex
        self.isDescending = isDescending
        self.nullsFirst = nullsFirst
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        self.init(0)
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: columnIndex = try reader.int32(field)
            case 2: isDescending = try reader.boolean(field)
            case 3: nullsFirst = try reader.boolean(field)
            default: try reader.skip(field)
            }
        }
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.int32(1, columnIndex)
        writer.boolean(2, isDescending)
        writer.boolean(3, nullsFirst)
        writer.closeStruct()
    }
}

/// A note of the writer: `KeyValue` of parquet.thrift.
package struct KeyValue: ThriftStruct {
    package var key: String
    package var value: String?

    package init(_ key: String, _ value: String?) {
        self.key = key
        self.value = value
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        self.init("", nil)
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: key = try reader.string(field)
            case 2: value = try reader.string(field)
            default: try reader.skip(field)
            }
        }
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.string(1, key)
        writer.string(2, value)
        writer.closeStruct()
    }
}

/// The order of the bounds in statistics and column indexes: `ColumnOrder` of parquet.thrift, a union.
package enum ColumnOrder: ThriftStruct {
    /// The order that the logical type, or else the physical one, has by itself.
    case typeDefined
    case ieee754Total
    case int96Timestamp
    /// An order that this reader does not know: bounds are ignored.
    case other

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        self = .other
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: self = .typeDefined
            case 2: self = .ieee754Total
            case 3: self = .int96Timestamp
            default: break
            }
            try reader.skip(field)
        }
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        switch self {
        case .typeDefined: writer.emptyStructure(1)
        case .ieee754Total: writer.emptyStructure(2)
        case .int96Timestamp: writer.emptyStructure(3)
        case .other: break
        }
        writer.closeStruct()
    }
}
