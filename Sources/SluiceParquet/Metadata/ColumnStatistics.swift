package import SluiceCore

/// What a column chunk or page is known to hold: `Statistics` of parquet.thrift.
///
/// Bounds are values in the plain encoding; byte arrays stand without their length.
package struct ColumnStatistics: ThriftStruct {
    /// Deprecated fields 1 and 2: bounds by signed comparison, whatever the type.
    package var legacyMaximum: [UInt8]?
    package var legacyMinimum: [UInt8]?
    /// Nil: not known.
    package var nullCount: Int64?
    package var distinctCount: Int64?
    /// No value is above; in the order of the column's `ColumnOrder`.
    package var maximum: [UInt8]?
    /// No value is below.
    package var minimum: [UInt8]?
    /// Whether the bound is a value of the column and not a cut or raised one; nil: not known.
    package var isMaximumExact: Bool?
    package var isMinimumExact: Bool?
    /// Nil: not known, so there may be some.
    package var nanCount: Int64?

    package init(nullCount: Int64? = nil) { self.nullCount = nullCount }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        self.init()
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: legacyMaximum = try reader.binary(field)
            case 2: legacyMinimum = try reader.binary(field)
            case 3: nullCount = try reader.int64(field)
            case 4: distinctCount = try reader.int64(field)
            case 5: maximum = try reader.binary(field)
            case 6: minimum = try reader.binary(field)
            case 7: isMaximumExact = try reader.boolean(field)
            case 8: isMinimumExact = try reader.boolean(field)
            case 9: nanCount = try reader.int64(field)
            default: try reader.skip(field)
            }
        }
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.binary(1, legacyMaximum)
        writer.binary(2, legacyMinimum)
        writer.int64(3, nullCount)
        writer.int64(4, distinctCount)
        writer.binary(5, maximum)
        writer.binary(6, minimum)
        writer.boolean(7, isMaximumExact)
        writer.boolean(8, isMinimumExact)
        writer.int64(9, nanCount)
        writer.closeStruct()
    }
}

/// Sizes of a column chunk before encoding, and how often each level occurs: `SizeStatistics` of parquet.thrift.
package struct SizeStatistics: ThriftStruct {
    /// Bytes of all byte array values, without lengths.
    package var unencodedByteArrayBytes: Int64?
    package var repetitionLevelHistogram: [Int64]?
    package var definitionLevelHistogram: [Int64]?

    package init() {}

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: unencodedByteArrayBytes = try reader.int64(field)
            case 2: repetitionLevelHistogram = try reader.int64s(field)
            case 3: definitionLevelHistogram = try reader.int64s(field)
            default: try reader.skip(field)
            }
        }
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.int64(1, unencodedByteArrayBytes)
        writer.int64s(2, repetitionLevelHistogram)
        writer.int64s(3, definitionLevelHistogram)
        writer.closeStruct()
    }
}
