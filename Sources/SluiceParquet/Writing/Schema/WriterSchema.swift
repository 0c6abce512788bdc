import SluiceCore

/// A schema as a Parquet file has it: the tree of elements, and the leaves that its pages are written for.
///
/// Lists have three levels and maps are lists of key and value, as parquet-format's LogicalTypes.md wants them. A choice is a struct
/// with an optional member for each alternative, named by its type; the one that is not null holds the value. A column without a type is an
/// optional INT32 of the logical type UNKNOWN, as pyarrow writes it.
struct WriterSchema: Sendable {
    private(set) var elements: [SchemaElement]
    private(set) var leaves: [WriterLeaf] = []

    /// The place of a node in the tree.
    private struct Place {
        var column: Int
        var path: [String]
        var steps: [WriterLeaf.Step]
        var definitionLevel: Int
        var repetitionLevel: Int
    }

    /// - Throws: `typeError` for what Parquet cannot hold.
    init(_ schema: Schema) throws(SluiceError) {
        guard schema.count > 0 else {
            throw SluiceError(.typeError, "a Parquet file needs at least one column", remedy: "select a column")
        }
        elements = [SchemaElement("schema", childCount: Int32(schema.count))]
        for (index, field) in schema.fields.enumerated() {
            let place = Place(column: index, path: [], steps: [], definitionLevel: 0, repetitionLevel: 0)
            try add(field.name, field.type, isOptional: field.isNullable, at: place)
        }
        guard leaves.count <= CoreLimits.columns else {
            throw SluiceError(.limitExceeded, "a Parquet file of \(leaves.count) columns; \(CoreLimits.columns) are allowed")
        }
    }

    mutating func change(_ leaf: Int, _ body: (inout WriterLeaf) -> Void) { body(&leaves[leaf]) }

    private mutating func add(_ name: String, _ type: DataType, isOptional: Bool, at place: Place) throws(SluiceError) {
        var place = place
        place.path.append(name)
        // A column of nulls is optional whatever the field says.
        let isOptional = isOptional || type == .null
        if isOptional { place.definitionLevel += 1 }
        guard place.path.count <= CoreLimits.nestingDepth, place.definitionLevel < ParquetLimits.level else {
            throw SluiceError(.typeError, "column \(place.path[0].quotedForMessage) is nested too deeply for Parquet")
        }
        let repetition: Repetition = isOptional ? .optional : .required
        func step(_ next: WriterLeaf.Step.Next) -> [WriterLeaf.Step] { place.steps + [WriterLeaf.Step(isOptional: isOptional, next: next)] }
        func inside(_ next: WriterLeaf.Step.Next, group: String? = nil) -> Place {
            var inner = place
            inner.steps = step(next)
            if let group {
                inner.path.append(group)
                inner.definitionLevel += 1
                inner.repetitionLevel += 1
            }
            return inner
        }
        switch type {
        case .list(let element):
            elements.append(
                SchemaElement(name, repetition: repetition, childCount: 1, convertedType: .list, logicalType: .list))
            elements.append(SchemaElement("list", repetition: .repeated, childCount: 1))
            try add("element", element, isOptional: true, at: inside(.element, group: "list"))
        case .map(let key, let value):
            elements.append(SchemaElement(name, repetition: repetition, childCount: 1, convertedType: .map, logicalType: .map))
            elements.append(SchemaElement("key_value", repetition: .repeated, childCount: 2))
            try add("key", key, isOptional: false, at: inside(.mapKey, group: "key_value"))
            try add("value", value, isOptional: true, at: inside(.mapValue, group: "key_value"))
        case .structure(let fields):
            guard !fields.isEmpty else {
                throw SluiceError(
                    .typeError,
                    "column \(place.path.joined(separator: ".").quotedForMessage) is a struct without members, which Parquet cannot hold",
                    remedy: "drop it, or give it a member")
            }
            elements.append(SchemaElement(name, repetition: repetition, childCount: Int32(fields.count)))
            for (index, field) in fields.enumerated() {
                try add(field.name, field.type, isOptional: field.isNullable, at: inside(.member(index)))
            }
        case .choice(let alternatives):
            elements.append(SchemaElement(name, repetition: repetition, childCount: Int32(alternatives.count)))
            for (index, alternative) in alternatives.enumerated() {
                try add(alternative.description, alternative, isOptional: true, at: inside(.alternative(index)))
            }
        default:
            place.steps = step(.leaf)
            addLeaf(name, type, repetition, at: place)
        }
    }

    private mutating func addLeaf(_ name: String, _ type: DataType, _ repetition: Repetition, at place: Place) {
        let (element, kind) = SchemaElement.leaf(name, type, repetition)
        var limit: Int128?
        if case .decimal(let precision, _) = type { limit = Int128(NumberText.powerOfTen(precision)) }
        leaves.append(
            WriterLeaf(
                column: place.column, path: place.path, steps: place.steps, kind: kind, type: element.type ?? .int32,
                width: kind.width ?? Int(element.typeLength ?? 0), definitionLevel: place.definitionLevel,
                repetitionLevel: place.repetitionLevel, decimalLimit: limit, isText: type == .string))
        elements.append(element)
    }
}

extension WriterLeaf.Kind {
    /// Bytes of a plain value; nil for FIXED_LEN_BYTE_ARRAY.
    fileprivate var width: Int? {
        switch self {
        case .int32, .float, .null: 4
        case .int64, .double: 8
        case .wideDecimal: nil
        case .boolean, .bytes: 0
        }
    }
}

extension SchemaElement {
    /// How a type without parts is stored (parquet-format, LogicalTypes.md), and which encoder writes it.
    fileprivate static func leaf(_ name: String, _ type: DataType, _ repetition: Repetition) -> (SchemaElement, WriterLeaf.Kind) {
        func element(
            _ physical: PhysicalType, length: Int32? = nil, _ converted: ConvertedType? = nil, _ logical: LogicalType? = nil
        ) -> SchemaElement {
            SchemaElement(
                name, type: physical, typeLength: length, repetition: repetition, convertedType: converted, logicalType: logical)
        }
        switch type {
        case .boolean: return (element(.boolean), .boolean)
        case .int8: return (element(.int32, .int8, .integer(bitWidth: 8, isSigned: true)), .int32)
        case .int16: return (element(.int32, .int16, .integer(bitWidth: 16, isSigned: true)), .int32)
        case .int32: return (element(.int32), .int32)
        case .int64: return (element(.int64), .int64)
        case .float32: return (element(.float), .float)
        case .float64: return (element(.double), .double)
        case .date: return (element(.int32, .date, .date), .int32)
        case .timestamp(let zoned):
            // The older annotation means points in time only.
            let logical = LogicalType.timestamp(isAdjustedToUTC: zoned, unit: .micros)
            return (element(.int64, zoned ? .timestampMicros : nil, logical), .int64)
        case .string: return (element(.byteArray, .utf8, .string), .bytes)
        case .binary: return (element(.byteArray), .bytes)
        case .decimal(let precision, let scale):
            let narrow = precision <= 18
            var result = element(
                precision <= 9 ? .int32 : narrow ? .int64 : .fixedLengthByteArray, length: narrow ? nil : bytes(ofDigits: precision),
                .decimal, .decimal(scale: Int32(scale), precision: Int32(precision)))
            result.precision = Int32(precision)
            result.scale = Int32(scale)
            return (result, precision <= 9 ? .int32 : narrow ? .int64 : .wideDecimal)
        case .null, .list, .map, .structure, .choice:
            var result = element(.int32, nil, .null)
            result.repetition = .optional
            return (result, .null)
        }
    }

    /// Bytes that hold every signed number of so many digits.
    private static func bytes(ofDigits precision: Int) -> Int32 {
        let limit = NumberText.powerOfTen(precision)
        var count = 1
        while UInt128(1) << UInt128(count * 8 - 1) < limit { count += 1 }
        return Int32(count)
    }
}
