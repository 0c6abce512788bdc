import SluiceCore
import SluiceParquet
import Testing

@Suite("Parquet reading: schemas")
struct ReadingSchemaTests {
    static func group(
        _ name: String, _ repetition: Repetition, _ children: Int32, _ type: LogicalType? = nil, converted: ConvertedType? = nil
    ) -> SchemaElement {
        SchemaElement(name, repetition: repetition, childCount: children, convertedType: converted, logicalType: type)
    }

    static func leaf(_ name: String, _ repetition: Repetition = .optional) -> SchemaElement {
        SchemaElement(name, type: .int64, repetition: repetition)
    }

    /// The type of the one column below a root.
    static func type(_ elements: [SchemaElement]) throws -> DataType {
        try #require(ParquetSchema([SchemaElement("schema", childCount: 1)] + elements).schema.fields.first).type
    }

    // The examples of LogicalTypes.md, "Lists" and "Maps".
    @Test(
        "lists and maps in standard and older forms",
        arguments: [
            ([group("l", .optional, 1, .list), group("list", .repeated, 1), leaf("element")], "list<int64>"),
            ([group("l", .required, 1, converted: .list), group("element", .repeated, 1), leaf("str", .required)], "list<int64>"),
            ([group("l", .optional, 1, .list), leaf("element", .repeated)], "list<int64>"),
            (
                [group("l", .optional, 1, .list), group("element", .repeated, 2), leaf("a", .required), leaf("b", .required)],
                "list<struct<a: int64, b: int64>>"
            ),
            ([group("l", .optional, 1, .list), group("array", .repeated, 1), leaf("a")], "list<struct<a: int64>>"),
            ([group("l", .optional, 1, .list), group("l_tuple", .repeated, 1), leaf("a")], "list<struct<a: int64>>"),
            ([group("l", .optional, 1, .list), group("element", .repeated, 1), leaf("a", .repeated)], "list<struct<a: list<int64>>>"),
            ([leaf("r", .repeated)], "list<int64>"),
            ([group("r", .repeated, 2), leaf("a"), leaf("b", .repeated)], "list<struct<a: int64, b: list<int64>>>"),
            (
                [group("m", .optional, 1, .map), group("key_value", .repeated, 2), leaf("key", .required), leaf("value")],
                "map<int64, int64>"
            ),
            (
                [group("m", .optional, 1, converted: .mapKeyValue), group("map", .repeated, 2), leaf("key"), leaf("value", .required)],
                "map<int64, int64>"
            ),
            (
                [group("m", .optional, 1, .map), group("key_value", .repeated, 1), leaf("key", .required)],
                "struct<key_value: list<struct<key: int64>>>"
            ),
        ])
    func nested(_ elements: [SchemaElement], _ expected: String) throws {
        #expect(try Self.type(elements).description == expected)
    }

    @Test("levels count the optional and repeated nodes above")
    func levels() throws {
        let schema = try ParquetSchema([
            SchemaElement("schema", childCount: 1), Self.group("a", .optional, 1, .list), Self.group("list", .repeated, 1),
            Self.group("element", .optional, 2), Self.leaf("x", .required), Self.leaf("y", .repeated),
        ])
        #expect(schema.leaves.map(\.maximumDefinitionLevel) == [3, 4] && schema.leaves.map(\.maximumRepetitionLevel) == [1, 2])
        #expect(schema.leaves[1].repeatedLevels == [0, 2, 4] && schema.leaves[1].path == ["a", "list", "element", "y"])
    }

    @Test(
        "annotations decide types",
        arguments: [
            (SchemaElement("c", type: .int32, logicalType: .integer(bitWidth: 8, isSigned: true)), "int8"),
            (SchemaElement("c", type: .int32, convertedType: .uint8), "int16"),
            (SchemaElement("c", type: .int32, convertedType: .uint32), "int64"),
            (SchemaElement("c", type: .int64, convertedType: .uint64), "decimal(20,0)"),
            (SchemaElement("c", type: .int64, convertedType: .timestampMillis), "timestamptz"),
            (SchemaElement("c", type: .int64, logicalType: .timestamp(isAdjustedToUTC: false, unit: .nanos)), "timestamp"),
            (SchemaElement("c", type: .int96), "timestamp"), (SchemaElement("c", type: .byteArray), "binary"),
            (SchemaElement("c", type: .byteArray, convertedType: .json), "string"),
            (SchemaElement("c", type: .byteArray, convertedType: .bson), "binary"),
            (SchemaElement("c", type: .fixedLengthByteArray, typeLength: 16, logicalType: .uuid), "string"),
            (SchemaElement("c", type: .fixedLengthByteArray, typeLength: 12, convertedType: .interval), "binary"),
            (SchemaElement("c", type: .fixedLengthByteArray, typeLength: 2, logicalType: .float16), "float32"),
            (SchemaElement("c", type: .int32, convertedType: .decimal, scale: 2, precision: 9), "decimal(9,2)"),
            (SchemaElement("c", type: .double, logicalType: .string), "float64"),
        ])
    func annotations(_ element: SchemaElement, _ expected: String) throws {
        var element = element
        element.repetition = .optional
        #expect(try Self.type([element]).description == expected)
    }

    @Test("decimals of 38 digits are read, those of 39 are refused with their column")
    func decimals() throws {
        func column(_ precision: Int32) -> SchemaElement {
            SchemaElement(
                "big", type: .fixedLengthByteArray, typeLength: 17, repetition: .optional,
                logicalType: .decimal(scale: 0, precision: precision))
        }
        #expect(try Self.type([column(38)]) == .decimal(precision: 38, scale: 0))
        let error = #expect(throws: SluiceError.self) { try Self.type([column(39)]) }
        #expect(error?.code == .typeError && error?.message.contains("big") == true)
    }

    @Test("trees that are none are refused", arguments: [Int32(2), 0, -1, .max])
    func damagedTrees(_ count: Int32) {
        let error = #expect(throws: SluiceError.self) {
            try ParquetSchema([SchemaElement("schema", childCount: 1), Self.group("s", .optional, count), Self.leaf("x")])
        }
        #expect(error?.code == .corruptFile)
    }

    @Test("groups nest up to the limit", arguments: [(CoreLimits.nestingDepth - 1, true), (CoreLimits.nestingDepth, false)])
    func depth(_ groups: Int, _ isRead: Bool) {
        let elements = [SchemaElement("schema", childCount: 1)] + (0..<groups).map { Self.group("g\($0)", .required, 1) } + [Self.leaf("x")]
        let schema = try? ParquetSchema(elements)
        #expect((schema != nil) == isRead)
    }

    @Test("a written schema is read as the same types")
    func writing() throws {
        let types: [DataType] = [
            .boolean, .int8, .int16, .int32, .int64, .float32, .float64, .string, .binary, .date, .timestamp(zoned: true),
            .timestamp(zoned: false),
            .null, .decimal(precision: 9, scale: 9), .decimal(precision: 18, scale: 0), .decimal(precision: 19, scale: 4),
            .decimal(precision: 38, scale: 38), .list(.list(.string)), .map(key: .string, value: .list(.int64)),
            .structure([Field("a", .int64, isNullable: false), Field("b", .structure([Field("c", .date)]))]),
        ]
        let schema = try Schema(types.enumerated().map { Field("c\($0)", $1, isNullable: $0 % 3 != 0 || $1 == .null) })
        #expect(try ParquetSchema(writing: schema).schema == schema)
    }

    @Test(
        "choices and empty structs cannot be written",
        arguments: [DataType.choice([.int64, .string]), .structure([]), .list(.structure([]))])
    func notWritable(_ type: DataType) {
        let error = #expect(throws: SluiceError.self) { try ParquetSchema(writing: try Schema([Field("odd", type)])) }
        #expect(error?.code == .typeError && error?.message.contains("odd") == true)
    }
}
