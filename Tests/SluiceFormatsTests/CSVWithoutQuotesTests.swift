import SluiceCore
import SluiceFormats
import Testing

@Suite("CSV: writing without quotes") struct CSVWithoutQuotesTests {
    private func written(_ options: [String: OptionValue], _ values: [Value]) throws -> String {
        let schema = try schema(("i", "int64"), ("s", "string"), ("t", "string"))
        let columns = [
            try ColumnBuilder.column(.int64, values.map { _ in .integer(1) }), try ColumnBuilder.column(.string, values),
            try ColumnBuilder.column(.string, values.map { _ in .string("x y") }),
        ]
        let origin = Origin(.file(path: "in.csv"), .dense(first: 2, count: values.count))
        let encoder = try csv(["quote": .text(""), "escape": .text("\\")].merging(options) { $1 }).encoder(schema)
        var bytes: [UInt8] = []
        try encoder.encode(Batch(schema, columns, rowCount: values.count, origin: origin), into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "a text that is written like a null, or like nothing, is refused with its place",
        arguments: [
            ([String: OptionValue](), ""), (["null_values": .texts(["NULL"])], "NULL"), (["null_values": .texts(["", "NULL"])], "NULL"),
            (["delimiter": .text("blanks"), "null_values": .texts(["NULL"])], ""), (["delimiter": .text("||")], ""),
        ])
    func refused(_ options: [String: OptionValue], _ value: String) throws {
        let error = #expect(throws: SluiceError.self) { try written(options, [.string("a"), .string(value)]) }
        #expect(error?.code == .valueDoesNotFit && error?.location == .file(path: "in.csv", line: 3))
        #expect(error?.message.contains("\"s\"") == true)
        #expect(error?.remedy?.contains("null_values") == true)
    }

    @Test("other texts and nulls are written and come back") func others() throws {
        let options: [String: OptionValue] = ["null_values": .texts(["NULL"]), "delimiter": .text("blanks")]
        let values: [Value] = [.null, .string("NULLS"), .string("a b"), .string("#x")]
        let text = try written(options, values)
        let reading = try csv(options.merging(["quote": .text(""), "escape": .text("\\"), "header": .boolean(false)]) { $1 })
        let wanted = try schema(("column1", "int64"), ("column2", "string"), ("column3", "string"))
        #expect(try read(text, reading, wanted).column("column2") == values, "\(text)")
    }

    @Test("names for reading are no header for writing") func names() throws {
        let error = #expect(throws: SluiceError.self) { try csv(["header": .texts(["x"])]).encoder(schema(("a", "int64"))) }
        #expect(error?.code == .invalidOption && error?.message.contains("header") == true)
    }

    @Test("missing fields name the setting that keeps what is set for too many", arguments: [("error", "pad"), ("truncate", "fit")])
    func hint(_ set: String, _ advised: String) throws {
        let result = try read("a,b,c\n1\n", csv(["ragged": .text(set)]))
        #expect(result.rejects.first?.error.message.contains("with ragged: \(advised) the others") == true)
    }
}
