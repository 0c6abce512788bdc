/// Bounds of Avro files.
package enum AvroLimits {
    /// Bytes of a file's header: the metadata with the schema.
    package static let headerBytes = 16 << 20
    /// Bytes of a schema's JSON.
    package static let schemaBytes = 1 << 20
    /// Types that a schema unfolds to when named types stand for themselves.
    package static let schemaTypes = 65_536
    /// Types within types.
    package static let schemaDepth = 64
    /// Bytes of a fixed type.
    package static let fixedBytes = 1 << 24
    /// Bytes of a block, compressed or plain.
    package static let blockBytes = 128 << 20
    /// Records of a block, and items of arrays within a batch, that take no bytes.
    package static let emptyItems = 1 << 20
    /// Slots of a batch that hold no value: members of structs that are null, and the alternatives that a choice did not take.
    package static let emptySlots = 1 << 24
    /// Stored bytes of blocks that are decoded as one piece, unless one block has more.
    package static let pieceBytes = 512 << 10
    /// Plain bytes of a block, from which on the writer begins another one.
    package static let writtenBlockBytes = 256 << 10
}
