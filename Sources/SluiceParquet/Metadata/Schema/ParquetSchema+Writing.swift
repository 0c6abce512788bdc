package import SluiceCore

extension ParquetSchema {
    /// The schema with which Sluice writes a table.
    ///
    /// Lists have the standard three levels (`list`, `element`), maps `key_value`; decimals are INT32 up to 9 digits, INT64 up to 18, and byte
    /// arrays of the least fixed length beyond. Columns of the type null are INT32 with the annotation UNKNOWN.
    ///
    /// - Throws: `typeError` for a choice or a struct without members, which Parquet does not have.
    package init(writing schema: Schema) throws(SluiceError) {
        var elements = [SchemaElement("schema", childCount: Int32(truncatingIfNeeded: schema.count))]
        for field in schema.fields {
            try SchemaElement.append(field.type, named: field.name, isNullable: field.isNullable, column: field.name, to: &elements)
        }
        try self.init(elements)
    }
}

extension SchemaElement {
    fileprivate static func append(
        _ type: DataType, named name: String, isNullable: Bool, column: String, to elements: inout [SchemaElement]
    ) throws(SluiceError) {
        let repetition = isNullable ? Repetition.optional : .required
        switch type {
        case .list(let element):
            elements.append(SchemaElement(name, repetition: repetition, childCount: 1, convertedType: .list, logicalType: .list))
            elements.append(SchemaElement("list", repetition: .repeated, childCount: 1))
            try append(element, named: "element", isNullable: true, column: column, to: &elements)
        case .map(let key, let value):
            elements.append(SchemaElement(name, repetition: repetition, childCount: 1, convertedType: .map, logicalType: .map))
            elements.append(SchemaElement("key_value", repetition: .repeated, childCount: 2))
            try append(key, named: "key", isNullable: false, column: column, to: &elements)
            try append(value, named: "value", isNullable: true, column: column, to: &elements)
        case .structure(let fields):
            guard !fields.isEmpty else {
                throw SluiceError(
                    .typeError, "column \"\(column)\" has a struct without members, which Parquet does not have",
                    remedy: "leave it out, or write it as text")
            }
            elements.append(SchemaElement(name, repetition: repetition, childCount: Int32(truncatingIfNeeded: fields.count)))
            for field in fields {
                try append(field.type, named: field.name, isNullable: field.isNullable, column: column, to: &elements)
            }
        case .choice:
            throw SluiceError(
                .typeError, "column \"\(column)\" is of the type \(type), which Parquet does not have",
                remedy: "cast it to one type, or to string, before it is written")
        default:
            var leaf = Self.leaf(type, named: name)
            leaf.repetition = type == .null ? .optional : repetition
            elements.append(leaf)
        }
    }

    /// The element of a type that is not nested.
    private static func leaf(_ type: DataType, named name: String) -> SchemaElement {
        switch type {
        case .boolean: SchemaElement(name, type: .boolean)
        case .int8: SchemaElement(name, type: .int32, convertedType: .int8, logicalType: .integer(bitWidth: 8, isSigned: true))
        case .int16: SchemaElement(name, type: .int32, convertedType: .int16, logicalType: .integer(bitWidth: 16, isSigned: true))
        case .int32: SchemaElement(name, type: .int32)
        case .int64: SchemaElement(name, type: .int64)
        case .float32: SchemaElement(name, type: .float)
        case .float64: SchemaElement(name, type: .double)
        case .decimal(let precision, let scale): decimal(precision, scale, named: name)
        case .string: SchemaElement(name, type: .byteArray, convertedType: .utf8, logicalType: .string)
        case .date: SchemaElement(name, type: .int32, convertedType: .date, logicalType: .date)
        case .timestamp(let zoned):
            // The converted type means UTC, so that it only goes with zoned ones.
            SchemaElement(
                name, type: .int64, convertedType: zoned ? .timestampMicros : nil,
                logicalType: .timestamp(isAdjustedToUTC: zoned, unit: .micros))
        case .null: SchemaElement(name, type: .int32, logicalType: .null)
        case .binary, .list, .map, .structure, .choice: SchemaElement(name, type: .byteArray)
        }
    }

    private static func decimal(_ precision: Int, _ scale: Int, named name: String) -> SchemaElement {
        let digits = (precision: Int32(truncatingIfNeeded: precision), scale: Int32(truncatingIfNeeded: scale))
        let storage: (type: PhysicalType, length: Int32?) =
            switch precision {
            case ...9: (.int32, nil)
            case ...18: (.int64, nil)
            default: (.fixedLengthByteArray, fixedLength(ofDigits: precision))
            }
        return SchemaElement(
            name, type: storage.type, typeLength: storage.length, convertedType: .decimal, scale: digits.scale, precision: digits.precision,
            logicalType: .decimal(scale: digits.scale, precision: digits.precision))
    }

    /// The bytes in which a signed number of so many digits has room.
    private static func fixedLength(ofDigits precision: Int) -> Int32 {
        let largest = NumberText.powerOfTen(precision) - 1
        let bits = 128 - largest.leadingZeroBitCount + 1
        return Int32(truncatingIfNeeded: (bits + 7) / 8)
    }
}
