package import SluiceCore

/// What a file says about itself, for people.
package struct ParquetSummary: Sendable {
    /// A row group.
    package struct Group: Sendable {
        package let rowCount: Int64
        package let columns: [Chunk]

        /// Bytes of the columns as they are in the file.
        package var compressedBytes: Int64 { columns.reduce(0) { $0 &+ $1.compressedBytes } }
        /// Bytes of the columns before compression.
        package var uncompressedBytes: Int64 { columns.reduce(0) { $0 &+ $1.uncompressedBytes } }
    }

    /// A leaf's part of a row group.
    package struct Chunk: Sendable {
        /// Names from the column down, joined by points.
        package let name: String
        package let type: DataType
        /// How the values are stored: INT32, BYTE_ARRAY …
        package let physicalType: String
        /// Of times: ms, µs or ns.
        package let unit: String?
        package let codec: String
        package let encodings: [String]
        package let valueCount: Int64
        package let compressedBytes: Int64
        package let uncompressedBytes: Int64
        /// Nil: the file does not say.
        package let nullCount: Int64?
        package let distinctCount: Int64?
        /// Bounds of the values, of the column's type; they need not be values of the column.
        package let minimum: Value?
        package let maximum: Value?
        package let hasColumnIndex: Bool
        package let hasOffsetIndex: Bool
        package let hasBloomFilter: Bool
    }

    package let path: String
    /// The version of the format: 1 or 2.
    package let version: Int32
    package let createdBy: String?
    package let keyValues: [KeyValue]
    package let schema: Schema
    package let rowCount: Int64
    package let footerBytes: Int64
    package let groups: [Group]
    /// Columns, or members of nested ones, with timestamps in nanoseconds.
    package let nanosecondColumns: [String]

    /// Sums up the footer; no page is read.
    package init(_ file: ParquetFile) {
        path = file.path
        version = file.metadata.version
        createdBy = file.metadata.createdBy
        keyValues = file.metadata.keyValues ?? []
        schema = file.schema
        rowCount = file.rowCount
        footerBytes = file.bytes.byteCount - file.dataEnd
        nanosecondColumns = file.tree.leaves.filter(\.hasNanoseconds).map(\.name)
        let orders = file.metadata.columnOrders
        groups = file.metadata.rowGroups.map { group in
            Group(
                rowCount: group.rowCount,
                columns: zip(file.tree.leaves, group.columns).compactMap { leaf, chunk in
                    Chunk(leaf, chunk, order: orders.flatMap { $0.count > leaf.index ? $0[leaf.index] : nil })
                })
        }
    }
}

extension ParquetSummary.Chunk {
    fileprivate init?(_ leaf: ParquetLeaf, _ chunk: ColumnChunk, order: ColumnOrder?) {
        guard let metadata = chunk.metadata else { return nil }
        let bounds = ValueBounds(leaf, metadata.statistics, valueCount: metadata.valueCount, order: order)
        name = leaf.name
        type = leaf.type
        physicalType = leaf.physicalType.description
        unit = leaf.unit
        codec = metadata.codec.description
        encodings = metadata.encodings.map(\.description)
        valueCount = metadata.valueCount
        compressedBytes = metadata.compressedBytes
        uncompressedBytes = metadata.uncompressedBytes
        nullCount = metadata.statistics?.nullCount
        distinctCount = metadata.statistics?.distinctCount
        minimum = bounds.minimum?.value(of: leaf.type)
        maximum = bounds.maximum?.value(of: leaf.type)
        hasColumnIndex = chunk.columnIndexOffset != nil
        hasOffsetIndex = chunk.offsetIndexOffset != nil
        hasBloomFilter = metadata.bloomFilterOffset != nil
    }
}

extension BoundValue {
    /// The value in a column's type; nil where it does not fit.
    fileprivate func value(of type: DataType) -> Value? {
        switch (self, type) {
        case (.integer(let number), .boolean): .boolean(number != 0)
        case (.integer(let number), .decimal(_, let scale)): .decimal(number, scale: scale)
        case (.integer(let number), .date): Int32(exactly: number).map { .date($0) }
        case (.integer(let number), .timestamp(let zoned)): Int64(exactly: number).map { .timestamp($0, zoned: zoned) }
        case (.integer(let number), _): Int64(exactly: number).map { .integer($0) }
        case (.float(let number), _): .float(number)
        case (.bytes(let bytes), .string): String(validating: bytes, as: UTF8.self).map { .string($0) }
        case (.bytes(let bytes), _): .binary(bytes)
        }
    }
}

extension ParquetLeaf {
    fileprivate var hasNanoseconds: Bool {
        switch kind {
        case .nanoseconds, .int96: true
        default: false
        }
    }

    /// The unit of times.
    fileprivate var unit: String? {
        switch kind {
        case .nanoseconds, .int96: "ns"
        case .timestamp(let unit), .time(let unit): ["ms", "µs", "ns"][unit.rawValue - 1]
        default: nil
        }
    }
}
