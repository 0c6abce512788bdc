import SluiceCore
import SluiceFormats
import Testing

@Suite("JSON writing") struct JSONWritingTests {
    private func batch(_ schema: Schema, _ rows: [[Value]]) throws -> Batch {
        let columns = try schema.fields.enumerated().map { index, field in try ColumnBuilder.column(field.type, rows.map { $0[index] }) }
        return Batch(schema, columns, rowCount: rows.count)
    }

    /// A file of batches whose blocks were encoded in reverse.
    private func file(_ options: [String: OptionValue], _ schema: Schema, _ batches: [Batch]) throws -> String {
        var writer = try json(options).writer(schema)
        var bytes = writer.header
        var blocks = batches.flatMap { writer.collect($0) }
        if let rest = writer.rest() { blocks.append(rest) }
        var encoded = try blocks.reversed().map { try writer.encode($0) }
        encoded.reverse()
        for block in encoded {
            let start = Int64(bytes.count)
            bytes += block.bytes
            writer.append(block, at: start)
        }
        return String(decoding: bytes + (try writer.finish(at: Int64(bytes.count))), as: UTF8.self)
    }

    @Test("an array has its commas between rows, whatever the batches") func array() throws {
        let wanted = try schema(("a", "int64"))
        let batches = try [[], [[.integer(1)]], [], [[.null], [.integer(-3)]]].map { try batch(wanted, $0) }
        let text = try file(["layout": .text("array")], wanted, batches)
        #expect(text == "[\n{\"a\":1},\n{\"a\":null},\n{\"a\":-3}\n]\n")
        #expect(try read(text, json(), wanted).rows == [[.integer(1)], [.null], [.integer(-3)]])
        #expect(try file(["layout": .text("array")], wanted, []) == "[\n]\n")
        #expect(try file(["layout": .text("array"), "nulls": .text("omit")], wanted, batches) == "[\n{\"a\":1},\n{},\n{\"a\":-3}\n]\n")
    }

    @Test("every type, nested too") func types() throws {
        let wanted = try schema(
            ("b", "boolean"), ("f", "float64"), ("s", "string"), ("l", "list<struct<x: int8, y: string>>"), ("m", "map<string, float64>"),
            ("o", "struct<p: struct<q: date>, r: binary>"), ("c", "choice<int64, string>"), ("d", "decimal(5,2)"))
        let rows: [[Value]] = [
            [
                .boolean(true), .float(.infinity), .string("\"\\\n\u{1}é"),
                .list([.structure([.init("x", .integer(1)), .init("y", .null)]), .null]),
                .map([Value.Entry(.string("k"), .float(0.5))]), .structure([.init("p", .null), .init("r", .binary([1]))]), .string("x"),
                .decimal(-5, scale: 2),
            ],
            [.boolean(false), .float(1e20), .string(""), .list([]), .map([]), .null, .integer(5), .null],
        ]
        #expect(
            try file([:], wanted, [batch(wanted, rows)])
                == #"{"b":true,"f":null,"s":"\"\\\n\u0001é","l":[{"x":1,"y":null},null],"m":{"k":0.5},"o":{"p":null,"r":"AQ=="},"c":"x","d":-0.05}"#
                + "\n" + #"{"b":false,"f":1e+20,"s":"","l":[],"m":{},"o":null,"c":5,"d":null}"# + "\n")
    }
}
