import SluiceCore
import SluiceFormats
import Testing

@Suite("What is written is read back") struct RoundTripTests {
    /// A value of a type, often a null or an extreme.
    private func value(_ type: DataType, _ random: inout SeededGenerator) -> Value {
        if Int.random(in: 0..<5, using: &random) == 0 { return .null }
        func number(_ range: ClosedRange<Int64>) -> Int64 {
            [range.lowerBound, range.upperBound, 0, 1, Int64.random(in: range, using: &random)].randomElement(using: &random)!
        }
        switch type {
        case .null: return .null
        case .boolean: return .boolean(.random(using: &random))
        case .int8: return .integer(number(-128...127))
        case .int16: return .integer(number(-32768...32767))
        case .int32: return .integer(number(Int64(Int32.min)...Int64(Int32.max)))
        case .int64: return .integer(number(.min...(.max)))
        case .float32: return .float(Double(Float(bitPattern: UInt32.random(in: 0..<0x7F80_0000, using: &random))))
        case .float64: return .float(Double(bitPattern: UInt64.random(in: 0..<0x7FF0_0000_0000_0000, using: &random)))
        case .decimal(_, let scale): return .decimal(Int128(number(-999_999_999...999_999_999)), scale: scale)
        case .string: return .string(text(&random))
        case .binary: return .binary(random.bytes(Array(0...255), upTo: 10))
        case .date: return .date(Int32.random(in: -719_162...2_932_896, using: &random))
        case .timestamp(let zoned):
            return .timestamp(Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &random), zoned: zoned)
        case .list(let element): return .list((0..<Int.random(in: 0...3, using: &random)).map { _ in value(element, &random) })
        case .map(let key, let item):
            let keys = (0..<Int.random(in: 0...3, using: &random)).map { _ in value(key, &random) }.filter { $0 != .null }
            return .map(keys.map { .init($0, value(item, &random)) })
        case .choice(let types): return value(types[0], &random)
        case .structure(let fields): return .structure(fields.map { .init($0.name, value($0.type, &random)) })
        }
    }

    private func text(_ random: inout SeededGenerator) -> String {
        let pieces = [
            "", "a", ",", ";", "\"", "\"\"", "\n", "\r\n", "\r", " ", "\t", "é", "😀", "NA", "#", "\\", "null", "'", "{", "\u{1}", "0", "\0",
        ]
        return (0..<Int.random(in: 0...4, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
    }

    private static let types = [
        "string", "int64", "boolean", "int8", "int16", "int32", "float32", "float64", "decimal(9,4)", "decimal(38,0)", "binary", "date",
        "timestamp",
        "timestamptz", "list<string>", "struct<x: string, \"a b\": list<int64>>", "list<struct<k: decimal(10,2)>>", "string",
    ]

    private func check(_ format: any RecordFormat, columns: [String], rows: Int, seed: UInt64, path: String) throws {
        var random = SeededGenerator(seed: seed)
        let fields = try columns.enumerated().map { Field("c\($0),\"é\n", try DataType(parsing: $1)) }
        let wanted = try Schema(fields)
        let columns = try fields.map { field in try ColumnBuilder.column(field.type, (0..<rows).map { _ in value(field.type, &random) }) }
        let encoder = try format.encoder(wanted)
        var bytes = encoder.header
        try encoder.encode(Batch(wanted, columns, rowCount: rows), into: &bytes)
        let result = try read(bytes, format, wanted, path: path)
        #expect(result.rejects.isEmpty, "seed \(seed): \(result.rejects.first?.error.message ?? "")")
        for (index, column) in columns.enumerated() {
            #expect(result.rows.map { $0[index] } == column.values, "seed \(seed), column \(fields[index].type)")
        }
    }

    @Test(
        "CSV, in every dialect",
        arguments: [
            [:], ["delimiter": .text(";"), "quote": .text("'")], ["delimiter": .text("\t"), "null_values": .texts(["NA"])],
            ["null_values": .texts(["null", "NA", ""])], ["comment": .text("#")], ["trim": .boolean(true)], ["delimiter": .text("0")],
            ["quotes": .text("lenient")],
        ] as [[String: OptionValue]]) func csvDialects(_ options: [String: OptionValue]) throws
    {
        for seed in UInt64(0)..<15 { try check(csv(options), columns: Self.types, rows: 20, seed: seed, path: "x.csv") }
    }

    @Test("CSV with one column, where a null is an empty line", arguments: types) func oneColumn(_ type: String) throws {
        for seed in UInt64(0)..<8 { try check(csv(), columns: [type], rows: 10, seed: seed, path: "x.csv") }
    }

    @Test("JSON lines, with nulls written or left out", arguments: ["write", "omit"]) func jsonLines(_ nulls: String) throws {
        for seed in UInt64(0)..<8 { try check(json(["nulls": .text(nulls)]), columns: Self.types, rows: 20, seed: seed, path: "x.jsonl") }
    }

    @Test("CSV as it looks") func csvText() throws {
        let wanted = try schema(("a", "string"), ("b", "float64"), ("t", "timestamptz"), ("l", "list<string>"))
        let rows: [[Value]] = [
            [.string("plain"), .float(1.5), .timestamp(0, zoned: true), .list([.string("x"), .null])],
            [.string(""), .float(.infinity), .null, .null],
            [.string("a,\"b\"\n"), .null, .timestamp(1_500_000, zoned: true), .list([])],
        ]
        #expect(
            try encoded(csv(), wanted, rows) == """
                a,b,t,l
                plain,1.5,1970-01-01T00:00:00Z,"[""x"",null]"
                "",inf,,
                "a,""b""
                ",,1970-01-01T00:00:01.500Z,[]

                """)
        #expect(
            try encoded(csv(["header": .boolean(false), "delimiter": .text(";"), "null_values": .text("NULL")]), wanted, rows).hasPrefix(
                "plain;1.5;1970"))
        #expect(try encoded(csv(["null_values": .text("NULL")]), wanted, rows).contains("inf,NULL,NULL"))
    }

    @Test(
        "CSV of texts behind codes is that of the plain texts",
        arguments: [[:], ["null_values": .text("NULL")], ["delimiter": .text("0")]] as [[String: OptionValue]]
    ) func codedTexts(_ options: [String: OptionValue]) throws {
        let values = ByteRows(texts: ["plain", "", "a,\"b\"\n", "NULL", "a text of more than sixteen bytes", "unused,"])
        let codes: [Int32] = [4, 1, 2, 0, 3, 2, 4, 0, 0]
        let coded = Column(.string, .dictionary(codes: codes, values: values), validity: Bitmap(codes.indices.map { $0 % 4 != 3 }))
        let wanted = try schema(("a", "string"), ("b", "string"))
        let encoder = try csv(options).encoder(wanted)
        var (bytes, plain): ([UInt8], [UInt8]) = ([], [])
        try encoder.encode(Batch(wanted, [coded, coded], rowCount: codes.count), into: &bytes)
        try encoder.encode(Batch(wanted, [coded.flattened, coded.flattened], rowCount: codes.count), into: &plain)
        #expect(bytes == plain)
        #expect(bytes.count > 100)
    }

    @Test("JSON lines as they look; what JSON lacks is null") func jsonText() throws {
        let wanted = try schema(("a", "string"), ("b", "float64"), ("s", "struct<x: int64>"), ("d", "decimal(5,2)"))
        let rows: [[Value]] = [
            [.string("\"\n\u{1}é"), .float(.nan), .structure([.init("x", .null)]), .decimal(150, scale: 2)],
            [.null, .float(1), .null, .null],
        ]
        #expect(
            try encoded(json(), wanted, rows)
                == #"{"a":"\"\n\u0001é","b":null,"s":{"x":null},"d":1.50}"# + "\n" + #"{"a":null,"b":1.0,"s":null,"d":null}"# + "\n")
        #expect(
            try encoded(json(["nulls": .text("omit")]), wanted, rows) == #"{"a":"\"\n\u0001é","b":null,"s":{},"d":1.50}"# + "\n"
                + #"{"b":1.0}"# + "\n")
    }

    private func encoded(_ format: any RecordFormat, _ schema: Schema, _ rows: [[Value]]) throws -> String {
        let columns = try schema.fields.enumerated().map { index, field in try ColumnBuilder.column(field.type, rows.map { $0[index] }) }
        let encoder = try format.encoder(schema)
        var bytes = encoder.header
        try encoder.encode(Batch(schema, columns, rowCount: rows.count), into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
