import SluiceCore
import SluiceFormats
import Testing

@Suite("Avro: writing") struct AvroWritingTests {
    static let codecs = ["null", "deflate", "snappy", "zstandard"]

    /// A column of every type, with nulls.
    static func everything() throws -> (schema: Schema, batch: Batch) {
        let structure = DataType.structure([Field("x", .int64), Field("y", .list(.string))])
        let fields = [
            Field("b", .boolean), Field("i8", .int8), Field("i16", .int16), Field("i32", .int32), Field("i64", .int64),
            Field("f32", .float32), Field("f64", .float64), Field("dec", .decimal(precision: 38, scale: 4)), Field("s", .string),
            Field("bin", .binary), Field("d", .date), Field("t", .timestamp(zoned: true)), Field("l", .timestamp(zoned: false)),
            Field("list", .list(.int32)), Field("st", structure), Field("st2", structure),
            Field("m", .map(key: .string, value: .float64)), Field("ch", .choice([.int64, .string, .list(.int64)])),
            Field("n", .null), Field("sure", .int32, isNullable: false),
        ]
        let schema = try Schema(fields)
        let great = Int128(99_999_999_999_999_999) * 1_000_000_000_000_000_000
        let full: [Value] = [
            .boolean(true), .integer(-128), .integer(32_767), .integer(-70_000), .integer(.min), .float(0.5), .float(-1e300),
            .decimal(-great, scale: 4), .string("漢 \u{0} x"), .binary([0, 255]), .date(-1), .timestamp(-5, zoned: true),
            .timestamp(1_600_000_000_000_001, zoned: false), .list([.integer(1), .null]),
            .structure([.init("x", .integer(7)), .init("y", .list([.string("q")]))]), .structure([.init("x", .null), .init("y", .null)]),
            .map([.init(.string("k"), .float(1)), .init(.string("k"), .null)]), .string("chosen"), .null, .integer(1),
        ]
        let nulls: [Value] = fields.dropLast().map { _ in .null } + [.integer(2)]
        var other = full
        (other[7], other[13], other[16], other[17]) = (.decimal(128, scale: 4), .list([]), .map([]), .list([.integer(3)]))
        other[8] = .string(String(repeating: "long ", count: 5_000))
        return (schema, try AvroTestBatches.batch(schema, [full, nulls, other, nulls]))
    }

    @Test("a column that Avro has no type for is called by its name, and a member of a struct with the struct's")
    func columnNames() throws {
        let map = DataType.map(key: .int64, value: .string)
        for (field, name) in [(Field("m", map), "\"m\""), (Field("s", .structure([Field("m", map)])), "\"s.m\"")] {
            let error = #expect(throws: SluiceError.self) { try AvroFormat(options: [:]).writer(Schema([field])) }
            #expect(error?.code == .typeError && error?.message.hasPrefix("column \(name) is") == true)
        }
    }

    @Test("a level of a codec that has none is refused") func levels() throws {
        let error = #expect(throws: SluiceError.self) { try AvroFormat(options: ["codec_level": .integer(5)]) }
        #expect(error?.code == .invalidOption && error?.remedy?.contains("zstandard") == true)
        #expect(throws: Never.self) { try AvroFormat(options: ["codec_level": .integer(5), "codec": .text("deflate")]) }
        #expect(throws: SluiceError.self) { try ParquetFormat(options: ["level": .integer(22)]) }
        #expect(throws: Never.self) { try ParquetFormat(options: ["level": .integer(22), "codec": .text("zstd")]) }
    }

    @Test("every type comes back as it was", arguments: codecs) func roundTrip(_ codec: String) throws {
        let (schema, batch) = try Self.everything()
        let file = try writtenAvro([batch, batch], schema, options: ["codec": .text(codec)])
        let result = readAvro(file, schema)
        #expect(result.error == nil)
        #expect(result.rejects.isEmpty)
        #expect(result.rows == (0..<8).map { row in batch.columns.map { $0[row % 4] } })
        #expect(try writtenAvro([batch, batch], schema, options: ["codec": .text(codec)]) == file, "equal rows give equal files")
    }

    @Test("the file's own schema has the columns' names, types and nullability") func ownSchema() throws {
        let (schema, batch) = try Self.everything()
        let own = readAvro(try writtenAvro([batch], schema)).schema
        #expect(own?.names == schema.names)
        #expect(own?["sure"] == Field("sure", .int32, isNullable: false))
        for field in schema.fields where field.type != .int8 && field.type != .int16 { #expect(own?[field.name]?.type == field.type) }
    }

    @Test("a file without rows is a header that is read", arguments: codecs) func empty(_ codec: String) throws {
        let (schema, _) = try Self.everything()
        let result = readAvro(try writtenAvro([], schema, options: ["codec": .text(codec)]), schema)
        #expect(result.error == nil)
        #expect(result.rows.isEmpty)
    }

    @Test("rows of small batches share blocks; large ones are cut into several") func blocks() throws {
        let schema = try Schema([Field("x", .int64)])
        let small = try (0..<100).map { try AvroTestBatches.batch(schema, [[.integer(Int64($0))]]) }
        let file = try writtenAvro(small, schema)
        #expect(file.count < 600)
        #expect(readAvro(file).column("x") == (0..<100).map { .integer($0) })
        let text = try Schema([Field("x", .string)])
        let rows = (0..<100).map { [Value.string(String(repeating: "\($0) ", count: 20_000))] }
        let wide = try writtenAvro([try AvroTestBatches.batch(text, rows)], text, options: ["codec": .text("null")])
        #expect(readAvro(wide).rows == rows)
        let marker = Array(wide.suffix(16))
        let markers = (0...(wide.count - 16)).filter { wide[$0] == marker[0] && Array(wide[$0..<($0 + 16)]) == marker }.count
        #expect(markers > 10, "several blocks and the header")
    }

    @Test(
        "names that Avro does not have are errors with advice, not other names",
        arguments: ["", "a b", "1a", "é", "a-b", "a.b", "x\"y"])
    func names(_ name: String) throws {
        let schema = try Schema([Field(name, .int32)])
        let error = #expect(throws: SluiceError.self) { try AvroFormat(options: [:]).writer(schema) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.remedy != nil)
        let inner = try Schema([Field("ok", .structure([Field(name, .int32)]))])
        #expect(throws: SluiceError.self) { try AvroFormat(options: [:]).writer(inner) }
    }

    @Test(
        "types that Avro does not have are errors",
        arguments: ["choice<int32, date>", "map<int64, string>", "choice<binary, decimal(3,1)>"])
    func types(_ type: String) throws {
        let schema = try Schema([Field("x", try DataType(parsing: type))])
        let error = #expect(throws: SluiceError.self) { try AvroFormat(options: [:]).writer(schema) }
        #expect(error?.code == .typeError)
    }

    @Test("a null in a column that has none by its schema is an error") func notNullable() throws {
        let schema = try Schema([Field("x", .int32, isNullable: false)])
        let error = #expect(throws: SluiceError.self) {
            try writtenAvro([try AvroTestBatches.batch(schema, [[.integer(1)], [.null]])], schema)
        }
        #expect(error?.code == .valueDoesNotFit)
    }

    @Test("options are checked") func options() {
        #expect(throws: SluiceError.self) { try AvroFormat(options: ["codec": .text("bzip2")]) }
        #expect(throws: SluiceError.self) { try AvroFormat(options: ["kodec": .text("null")]) }
        #expect(throws: SluiceError.self) { try AvroFormat(options: ["record_name": .text("a b")]).writer(.empty) }
    }
}

/// Batches from rows of values.
enum AvroTestBatches {
    static func batch(_ schema: Schema, _ rows: [[Value]]) throws -> Batch {
        var columns: [Column] = []
        for (index, field) in schema.fields.enumerated() { columns.append(try ColumnBuilder.column(field.type, rows.map { $0[index] })) }
        return Batch(schema, columns, rowCount: rows.count)
    }
}
