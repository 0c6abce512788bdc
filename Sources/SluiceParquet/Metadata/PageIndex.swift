package import SluiceCore

/// Bounds and null counts of each data page of a column chunk: `ColumnIndex` of parquet.thrift.
///
/// Source: parquet-format, PageIndex.md. Entry `i` of each list belongs to page `i` of the `OffsetIndex`.
package struct ColumnIndex: ThriftStruct {
    /// Pages that hold nothing but nulls, whose bounds mean nothing.
    package var nullPages: [Bool]
    package var minimums: [[UInt8]]
    package var maximums: [[UInt8]]
    package var boundaryOrder: BoundaryOrder
    package var nullCounts: [Int64]?

    package init(
        nullPages: [Bool], minimums: [[UInt8]], maximums: [[UInt8]], boundaryOrder: BoundaryOrder = .unordered, nullCounts: [Int64]? = nil
    ) {
        self.nullPages = nullPages
        self.minimums = minimums
        self.maximums = maximums
        self.boundaryOrder = boundaryOrder
        self.nullCounts = nullCounts
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        self.init(nullPages: [], minimums: [], maximums: [])
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: nullPages = try reader.booleans(field)
            case 2: minimums = try reader.binaries(field)
            case 3: maximums = try reader.binaries(field)
            case 4: boundaryOrder = try reader.enumeration(field)
            case 5: nullCounts = try reader.int64s(field)
            default: try reader.skip(field)
            }
        }
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.booleans(1, nullPages)
        writer.binaries(2, minimums)
        writer.binaries(3, maximums)
        writer.enumeration(4, boundaryOrder)
        writer.int64s(5, nullCounts)
        writer.closeStruct()
    }
}

/// Where the data pages of a column chunk are: `OffsetIndex` of parquet.thrift.
package struct OffsetIndex: ThriftStruct {
    package var pages: [PageLocation]
    package var unencodedByteArrayBytes: [Int64]?

    package init(pages: [PageLocation], unencodedByteArrayBytes: [Int64]? = nil) {
        self.pages = pages
        self.unencodedByteArrayBytes = unencodedByteArrayBytes
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        self.init(pages: [])
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: pages = try reader.structs(field)
            case 2: unencodedByteArrayBytes = try reader.int64s(field)
            default: try reader.skip(field)
            }
        }
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.structs(1, pages)
        writer.int64s(2, unencodedByteArrayBytes)
        writer.closeStruct()
    }
}

/// `PageLocation` of parquet.thrift.
package struct PageLocation: ThriftStruct {
    /// Of the page's header, in the file.
    package var offset: Int64
    /// Bytes of the page with its header.
    package var compressedBytes: Int32
    /// The page's first row, counted in the row group.
    package var firstRow: Int64

    package init(offset: Int64, compressedBytes: Int32, firstRow: Int64) {
        self.offset = offset
        self.compressedBytes = compressedBytes
        self.firstRow = firstRow
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        var values: (offset: Int64?, bytes: Int32?, row: Int64?)
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: values.offset = try reader.int64(field)
            case 2: values.bytes = try reader.int32(field)
            case 3: values.row = try reader.int64(field)
            default: try reader.skip(field)
            }
        }
        self.init(
            offset: try values.offset.required("PageLocation.offset"),
            compressedBytes: try values.bytes.required("PageLocation.compressed_page_size"),
            firstRow: try values.row.required("PageLocation.first_row_index"))
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.int64(1, offset)
        writer.int32(2, compressedBytes)
        writer.int64(3, firstRow)
        writer.closeStruct()
    }
}
