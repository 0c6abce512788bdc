package import SluiceCore

/// One node of a file's schema, which is a tree in depth-first order: `SchemaElement` of parquet.thrift.
package struct SchemaElement: ThriftStruct {
    /// Nil for a group.
    package var type: PhysicalType?
    /// Bytes of a value of type `fixedLengthByteArray`.
    package var typeLength: Int32?
    /// Nil for the root.
    package var repetition: Repetition?
    package var name: String
    /// Nodes directly below a group.
    package var childCount: Int32?
    package var convertedType: ConvertedType?
    package var scale: Int32?
    package var precision: Int32?
    package var fieldID: Int32?
    package var logicalType: LogicalType?

    package init(
        _ name: String, type: PhysicalType? = nil, typeLength: Int32? = nil, repetition: Repetition? = nil, childCount: Int32? = nil,
        convertedType: ConvertedType? = nil, scale: Int32? = nil, precision: Int32? = nil, logicalType: LogicalType? = nil
    ) {
        self.name = name
        self.type = type
        self.typeLength = typeLength
        self.repetition = repetition
        self.childCount = childCount
        self.convertedType = convertedType
        self.scale = scale
        self.precision = precision
        self.logicalType = logicalType
    }

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        var element = SchemaElement("")
        var name: String?
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: element.type = try reader.enumeration(field)
            case 2: element.typeLength = try reader.int32(field)
            case 3: element.repetition = try reader.enumeration(field)
            case 4: name = try reader.string(field)
            case 5: element.childCount = try reader.int32(field)
            case 6: element.convertedType = try reader.enumeration(field)
            case 7: element.scale = try reader.int32(field)
            case 8: element.precision = try reader.int32(field)
            case 9: element.fieldID = try reader.int32(field)
            case 10: element.logicalType = try reader.structure(field)
            default: try reader.skip(field)
            }
        }
        element.name = try name.required("SchemaElement.name")
        self = element
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        writer.enumeration(1, type)
        writer.int32(2, typeLength)
        writer.enumeration(3, repetition)
        writer.string(4, name)
        writer.int32(5, childCount)
        writer.enumeration(6, convertedType)
        writer.int32(7, scale)
        writer.int32(8, precision)
        writer.int32(9, fieldID)
        writer.structure(10, logicalType)
        writer.closeStruct()
    }
}
