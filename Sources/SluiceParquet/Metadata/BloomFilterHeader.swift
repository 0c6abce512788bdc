package import SluiceCore

/// What stands before a bloom filter's bits: `BloomFilterHeader` of parquet.thrift.
///
/// Source: parquet-format, BloomFilter.md. Only one algorithm (split blocks), hash (xxHash64) and compression (none) are defined; a header with
/// anything else is kept as not usable.
package struct BloomFilterHeader: ThriftStruct {
    /// Bytes of the bit set, which follows the header; a multiple of 32.
    package var byteCount: Int32
    /// Whether algorithm, hash and compression are those that are defined.
    package var isKnown: Bool

    package init(byteCount: Int32) {
        self.byteCount = byteCount
        isKnown = true
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        var count: Int32?
        var known = 0
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: count = try reader.int32(field)
            case 2...4 where field.type == .structure:
                var inner = try reader.openStruct()
                while let member = try reader.nextField(&inner) {
                    if member.id == 1 { known |= 1 << field.id }
                    try reader.skip(member)
                }
            default: try reader.skip(field)
            }
        }
        byteCount = try count.required("BloomFilterHeader.numBytes")
        isKnown = known == 0b11100
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.int32(1, byteCount)
        for id in 2...4 {
            writer.openStruct(id)
            writer.emptyStructure(1)
            writer.closeStruct()
        }
        writer.closeStruct()
    }
}
