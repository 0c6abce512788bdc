import SluiceCore
import SluiceFormats
import Testing

@Suite("Avro: reading") struct AvroReadingTests {
    private typealias Files = AvroFiles

    /// A field's type in JSON, the column's type, and values with their bytes.
    struct TypeCase: Sendable, CustomStringConvertible {
        let json: String
        let type: String
        let values: [(bytes: [UInt8], value: Value)]
        var description: String { json }
    }

    static let types: [TypeCase] = [
        TypeCase(json: #""null""#, type: "null", values: [([], .null), ([], .null)]),
        TypeCase(json: #""boolean""#, type: "boolean", values: [([1], .boolean(true)), ([0], .boolean(false))]),
        TypeCase(
            json: #""int""#, type: "int32",
            values: [([0], .integer(0)), ([1], .integer(-1)), (Files.long(Int64(Int32.min)), .integer(Int64(Int32.min)))]),
        TypeCase(
            json: #""long""#, type: "int64",
            values: [(Files.long(.min), .integer(.min)), (Files.long(.max), .integer(.max)), (Files.long(64), .integer(64))]),
        TypeCase(json: #""float""#, type: "float32", values: [([0, 0, 0x20, 0xC0], .float(-2.5))]),
        TypeCase(json: #""double""#, type: "float64", values: [([0, 0, 0, 0, 0, 0, 0x04, 0xC0], .float(-2.5))]),
        TypeCase(json: #""string""#, type: "string", values: [(Files.text("µ 漢"), .string("µ 漢")), ([0], .string(""))]),
        TypeCase(json: #""bytes""#, type: "binary", values: [(Files.bytes([0xFF, 0]), .binary([0xFF, 0]))]),
        TypeCase(
            json: #"{"type":"enum","name":"e","symbols":["A","B"]}"#, type: "string", values: [([2], .string("B")), ([0], .string("A"))]),
        TypeCase(json: #"{"type":"fixed","name":"f","size":2}"#, type: "binary", values: [([7, 8], .binary([7, 8]))]),
        TypeCase(
            json: #"{"type":"array","items":"int"}"#, type: "list<int32>",
            values: [
                ([4, 2, 4, 0], .list([.integer(1), .integer(2)])), ([0], .list([])),
                ([3, 4, 2, 4, 2, 6, 0], .list([.integer(1), .integer(2), .integer(3)])),
            ]),
        TypeCase(
            json: #"{"type":"map","values":["null","long"]}"#, type: "map<string, int64>",
            values: [
                (
                    [4] + Files.text("a") + [2, 8] + Files.text("b") + [0, 0],
                    .map([.init(.string("a"), .integer(4)), .init(.string("b"), .null)])
                ), ([0], .map([])),
            ]),
        TypeCase(
            json: #"{"type":"record","name":"i","fields":[{"name":"a","type":"int"},{"name":"b","type":["string","null"]}]}"#,
            type: "struct<a: int32, b: string>",
            values: [
                ([2, 0] + Files.text("x"), .structure([.init("a", .integer(1)), .init("b", .string("x"))])),
                ([4, 2], .structure([.init("a", .integer(2)), .init("b", .null)])),
            ]),
        TypeCase(json: #"["null","int"]"#, type: "int32", values: [([0], .null), ([2, 6], .integer(3)), ([0], .null)]),
        TypeCase(json: #"["int"]"#, type: "int32", values: [([0, 6], .integer(3))]),
        TypeCase(json: #"["null"]"#, type: "null", values: [([0], .null)]),
        TypeCase(
            json: #"["long","null","string",{"type":"array","items":"int"}]"#, type: "choice<int64, string, list<int32>>",
            values: [
                ([0, 2], .integer(1)), ([2], .null), ([4] + Files.text("t"), .string("t")), ([6, 2, 2, 0], .list([.integer(1)])),
            ]),
        TypeCase(
            json: #"["string",{"type":"enum","name":"e","symbols":["A"]},"int"]"#, type: "choice<string, int32>",
            values: [([0] + Files.text("t"), .string("t")), ([2, 0], .string("A")), ([4, 8], .integer(4))]),
        TypeCase(
            json: #"[{"type":"enum","name":"e","symbols":["A"]},"string"]"#, type: "string",
            values: [([2] + Files.text("t"), .string("t")), ([0, 0], .string("A"))]),
        TypeCase(
            json: #"{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}"#, type: "decimal(10,2)",
            values: [
                (Files.bytes([0x30, 0x39]), .decimal(12345, scale: 2)), (Files.bytes([0xFF]), .decimal(-1, scale: 2)),
                ([0], .decimal(0, scale: 2)), (Files.bytes([UInt8](repeating: 0, count: 40) + [5]), .decimal(5, scale: 2)),
            ]),
        TypeCase(
            json: #"{"type":"fixed","name":"f","size":3,"logicalType":"decimal","precision":4}"#, type: "decimal(4,0)",
            values: [([0xFF, 0xFF, 0xFE], .decimal(-2, scale: 0))]),
        TypeCase(json: #"{"type":"int","logicalType":"date"}"#, type: "date", values: [(Files.long(19_000), .date(19_000))]),
        TypeCase(
            json: #"{"type":"int","logicalType":"time-millis"}"#, type: "string",
            values: [(Files.long(3_723_004), .string("01:02:03.004")), ([0], .string("00:00:00"))]),
        TypeCase(
            json: #"{"type":"long","logicalType":"time-micros"}"#, type: "string",
            values: [(Files.long(86_399_999_999), .string("23:59:59.999999"))]),
        TypeCase(
            json: #"{"type":"long","logicalType":"timestamp-millis"}"#, type: "timestamptz",
            values: [(Files.long(-1), .timestamp(-1_000, zoned: true))]),
        TypeCase(
            json: #"{"type":"long","logicalType":"timestamp-micros"}"#, type: "timestamptz", values: [([2], .timestamp(1, zoned: true))]),
        TypeCase(
            json: #"{"type":"long","logicalType":"local-timestamp-micros"}"#, type: "timestamp",
            values: [([2], .timestamp(1, zoned: false))]),
        TypeCase(
            json: #"{"type":"long","logicalType":"timestamp-nanos"}"#, type: "timestamptz",
            values: [(Files.long(-5_000), .timestamp(-5, zoned: true))]),
        TypeCase(
            json: #"{"type":"string","logicalType":"uuid"}"#, type: "string", values: [(Files.text("u"), .string("u"))]),
        TypeCase(
            json: #"{"type":"fixed","name":"f","size":16,"logicalType":"uuid"}"#, type: "string",
            values: [(Array(0x00...0x0F), .string("00010203-0405-0607-0809-0a0b0c0d0e0f"))]),
        TypeCase(
            json: #"{"type":"fixed","name":"f","size":12,"logicalType":"duration"}"#, type: "binary",
            values: [(Array(1...12), .binary(Array(1...12)))]),
        TypeCase(
            json: #"{"type":"long","logicalType":"of another program"}"#, type: "int64", values: [([2], .integer(1))]),
        TypeCase(
            json: #"{"type":"bytes","logicalType":"decimal","precision":2,"scale":3}"#, type: "binary",
            values: [(Files.bytes([1]), .binary([1]))]),
    ]

    @Test("every type has its column", arguments: types) func type(_ type: TypeCase) throws {
        let result = readAvro(Files.file(Files.record(type.json), type.values.map(\.bytes)))
        #expect(result.error == nil)
        #expect(result.rejects.isEmpty)
        #expect(result.schema?.fields.first?.type.description == type.type)
        #expect(result.column("x") == type.values.map(\.value))
    }

    @Test("a column that nobody wants is passed over", arguments: types) func skipped(_ type: TypeCase) throws {
        let schema =
            #"{"type":"record","name":"r","fields":[{"name":"a","type":"int"},{"name":"x","type":\#(type.json)},{"name":"b","type":"int"}]}"#
        let file = Files.file(schema, type.values.enumerated().map { Files.long(Int64($0)) + $1.bytes + Files.long(Int64($0) * 100) })
        let wanted = try Schema([Field("b", .int32), Field("a", .int32)])
        let result = readAvro(file, wanted)
        #expect(result.error == nil)
        #expect(result.column("a") == type.values.indices.map { .integer(Int64($0)) })
        #expect(result.column("b") == type.values.indices.map { .integer(Int64($0) * 100) })
    }

    @Test("names of types: namespaces, full names, types used twice") func names() {
        let schema = """
            {"type":"record","name":"a.b.r","aliases":["old"],"fields":[
              {"name":"f","type":{"type":"fixed","name":"f","size":1}},
              {"name":"g","type":"f"},{"name":"h","type":"a.b.f"},
              {"name":"i","type":{"type":"record","name":"i","namespace":"c","fields":[
                {"name":"e","type":{"type":"enum","name":"e","symbols":["A","B"]}},{"name":"k","type":"a.b.f"}]}},
              {"name":"l","type":"c.e"},{"name":"m","type":["null","c.i"],"default":null,"aliases":["n"],"doc":"d"}]}
            """
        let result = readAvro(Files.file(schema, [[1, 2, 3, 2, 4, 0, 2, 0, 9]]))
        #expect(
            result.lines == [#"{"f":"AQ==","g":"Ag==","h":"Aw==","i":{"e":"B","k":"BA=="},"l":"A","m":{"e":"A","k":"CQ=="}}"#])
    }

    @Test("a file whose values are no records has a column value") func notRecords() {
        let result = readAvro(Files.file(#"["null","string"]"#, [[0], [2] + Files.text("x")]))
        #expect(result.lines == [#"{"value":null}"#, #"{"value":"x"}"#])
    }

    @Test("rows count through blocks; empty blocks and files are fine") func blocks() {
        let header = Files.header(Files.record(#""int""#), codec: "null")
        #expect(readAvro(header).rows.isEmpty)
        #expect(readAvro(header).error == nil)
        let file = header + Files.block(2, [2, 4]) + Files.block(0, []) + Files.block(1, [6])
        let result = readAvro(file)
        #expect(result.column("x") == [.integer(1), .integer(2), .integer(3)])
        #expect(result.batches.flatMap { batch in (0..<batch.rowCount).map { batch.origin?.position($0) } } == [1, 2, 3])
    }

    @Test("a summary counts blocks and rows and has the header's entries") func summary() throws {
        let file = Files.header(Files.record(#""int""#), codec: "null") + Files.block(2, [2, 4]) + Files.block(1, [6])
        let summary = try AvroSummary(FileInput(MemoryAccess(file), path: "x.avro"))
        #expect(summary.codec == "null")
        #expect(summary.blockCount == 2)
        #expect(summary.rowCount == 3)
        #expect(summary.metadata.map(\.key) == ["avro.codec", "avro.schema"])
        #expect(throws: SluiceError.self) { try AvroSummary(FileInput(MemoryAccess(Array(file.dropLast())), path: "x.avro")) }
    }

    @Test("batches have a limited number of rows, whatever the blocks") func batchRows() {
        let count = CoreLimits.batchRows * 2 + 10
        let file = Files.header(Files.record(#""boolean""#)) + Files.block(Int64(count), [UInt8](repeating: 1, count: count))
        #expect(readAvro(file).batches.map(\.rowCount) == [CoreLimits.batchRows, CoreLimits.batchRows, 10])
    }

    @Test("declared types: wider ones always, narrower ones value by value, others not") func declared() throws {
        let file = Files.file(Files.record(#"["null","long"]"#), [[2, 2], [0], [2] + Files.long(300), [2, 4]])
        for (type, expected) in [
            ("int8", [Value.integer(1), .null, .integer(2)]), ("int16", [.integer(1), .null, .integer(300), .integer(2)]),
            ("float64", [.float(1), .null, .float(300), .float(2)]),
        ] {
            let result = readAvro(file, try Schema([Field("x", try DataType(parsing: type))]))
            #expect(result.column("x") == expected)
            #expect(result.rejects.map(\.error.code) == (type == "int8" ? [.valueDoesNotFit] : []))
            #expect(type != "int8" || result.rejects[0].location == .file(path: "test.avro", line: 3))
        }
        #expect(readAvro(file, try Schema([Field("x", .string)])).error?.code == .typeError)
        #expect(readAvro(file, try Schema([Field("y", .string)])).error?.code == .headerMismatch)
        #expect(readAvro(file, try Schema([Field("y", .string)]), missing: .null).column("y") == [.null, .null, .null, .null])
        let exact = Files.file(Files.record(#""long""#), [Files.long(1 << 53 + 1)])
        #expect(readAvro(exact, try Schema([Field("x", .float64)])).rejects.count == 1)
    }

    @Test(
        "values that do not fit their columns are rejects of their rows",
        arguments: [
            (#"{"type":"long","logicalType":"timestamp-nanos"}"#, AvroFiles.long(1), [UInt8(0)]),
            (#"{"type":"long","logicalType":"timestamp-millis"}"#, AvroFiles.long(.max), [0]),
            (#"{"type":"int","logicalType":"time-millis"}"#, AvroFiles.long(-1), [0]),
            (#"{"type":"long","logicalType":"time-micros"}"#, AvroFiles.long(86_400_000_000), [0]),
            (#"{"type":"bytes","logicalType":"decimal","precision":2,"scale":0}"#, AvroFiles.bytes([100]), [2, 99]),
            (#"{"type":"bytes","logicalType":"decimal","precision":38}"#, AvroFiles.bytes([UInt8](repeating: 1, count: 17)), [0]),
            (#""string""#, AvroFiles.bytes([0xC3]), [0]),
            (#"{"type":"array","items":"string"}"#, [2] + AvroFiles.bytes([0xFF]) + [0], [0]),
        ])
    func rejects(_ type: String, _ bad: [UInt8], _ good: [UInt8]) {
        let result = readAvro(Files.file(Files.record(type), [good, bad, good]))
        #expect(result.error == nil)
        #expect(result.rows.count == 2)
        #expect(result.rejects.count == 1)
        #expect(result.rejects.first?.location == .file(path: "test.avro", line: 2))
        #expect(result.rejects.first?.error.column?.hasPrefix("x") == true)
    }

    @Test("nanoseconds are read as the reader wants", arguments: ["", "local-"])
    func nanoseconds(_ prefix: String) {
        let zoned = prefix.isEmpty
        let file = Files.file(
            Files.record(#"["null",{"type":"long","logicalType":"\#(prefix)timestamp-nanos"}]"#),
            [[2] + Files.long(1_001), [0], [2] + Files.long(-1), [2] + Files.long(.max), [2] + Files.long(.min)])
        func read(_ way: String) -> AvroReading { readAvro(file, options: ["nanoseconds": .text(way)]) }
        let micros: [Int64?] = [1, nil, -1, 9_223_372_036_854_775, -9_223_372_036_854_776]
        #expect(read("truncate").column("x") == micros.map { $0.map { Value.timestamp($0, zoned: zoned) } ?? .null })
        #expect(read("integer").column("x") == [.integer(1_001), .null, .integer(-1), .integer(.max), .integer(.min)])
        let end = zoned ? "Z" : ""
        #expect(
            read("text").column("x") == [
                .string("1970-01-01T00:00:00.000001001\(end)"), .null, .string("1969-12-31T23:59:59.999999999\(end)"),
                .string("2262-04-11T23:47:16.854775807\(end)"), .string("1677-09-21T00:12:43.145224192\(end)"),
            ])
        let rejected = read("reject")
        #expect(rejected.column("x") == [.null])
        #expect(rejected.rejects.first?.error.stored == "1970-01-01T00:00:00.000001001")
        #expect(rejected.rejects.first?.error.remedy?.contains("nanoseconds: truncate") == true)
    }
}
