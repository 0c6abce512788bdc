import SluiceCore
import SluiceFormats
import SluiceTestKit
import Testing

/// The repository's sample data.
enum SampleData {
    static func bytes(_ name: String) throws -> [UInt8] { try TemporaryDirectory.bytes(of: Repository.path("sample-data/" + name)) }
}

@Suite("Sample data") struct SampleDataTests {
    @Test("messy.csv: cp1252, semicolons, 1.234,56 and dd/mm/yyyy become typed columns; four rows are rejected with place and value")
    func messy() throws {
        let format = try csv([
            "delimiter": .text(";"), "encoding": .text("cp1252"), "decimal_mark": .text(","), "group_mark": .text("."),
            "date_pattern": .text("%d/%m/%Y"),
        ])
        let result = try read(
            SampleData.bytes("messy.csv"), format,
            schema(("code", "string"), ("name", "string"), ("date", "date"), ("amount", "decimal(12,2)"), ("quantity", "int32")),
            path: "messy.csv")
        #expect(result.rows.count == 296)
        #expect(result.rejects.map(\.error.code) == [.valueDoesNotFit, .valueDoesNotFit, .tooManyFields, .valueDoesNotFit])
        #expect(result.rejects.map { $0.error.column } == ["date", "amount", nil, "quantity"])
        #expect(result.rejects[0].error.message.contains("31/02/2024"))
        #expect(result.column("name").contains(.string("Rohr 3/4\" – verzinkt")))
        #expect(result.column("name").contains(.string("Tasse\nmit Henkel")))
        #expect(result.column("name").contains(.string("Crème brûlée")))
    }

    @Test("flights are inferred and read from gzip") func flights() throws {
        let path = "flights/month=01/2013-01-01.csv.gz"
        let result = try read(SampleData.bytes(path), csv(["null_values": .texts(["", "NA"])]), path: path)
        #expect(result.rows.count == 842)
        #expect(result.rejects.isEmpty)
        #expect(result.schema["dep_delay"]?.type == .int64)
        #expect(result.schema["time_hour"]?.type == .timestamp(zoned: true))
        #expect(result.schema["tailnum"]?.type == .string)
    }

    @Test("the click stream's cut lines are rejected, all others read") func clickstream() throws {
        let result = try read(SampleData.bytes("clickstream.jsonl"), json(), path: "clickstream.jsonl")
        #expect(result.rows.count == 4040)
        #expect(result.rejects.count == 16)
        #expect(result.rejects.allSatisfy { $0.error.code == .malformedRecord })
        #expect(
            result.rejects.compactMap { if case .file(_, let line?, _) = $0.location { line } else { nil } }.prefix(3) == [7, 448, 523])
        #expect(result.schema["build"]?.type == .choice([.string, .int64]))
        #expect(result.column("build").contains { if case .integer = $0 { true } else { false } })
    }

    @Test("orders of three months have one schema; NA and leading zeros stay") func orders() throws {
        var inference = SchemaInference(try csv())
        let months = ["01", "02", "03"].map { "orders/year=2024/month=\($0)/orders.csv" }
        for path in months { try inference.sample(csv().open(MemorySource(SampleData.bytes(path)), path: path)) }
        #expect(inference.schema["customer_id"]?.type == .string)
        #expect(inference.schema["amount"]?.type == .float64)
        #expect(inference.schema["channel"]?.type == .string)
        let first = try read(SampleData.bytes(months[0]), csv(), inference.schema, missing: .null)
        #expect(first.column("channel").allSatisfy { $0 == .null })
        let last = try read(SampleData.bytes(months[2]), csv(), inference.schema, missing: .null)
        #expect(last.column("coupon").contains(.string("NA")))
    }

    @Test("time zones: tabs, comments, no header, and the fourth field is often absent") func zones() throws {
        let format = try csv([
            "delimiter": .text("\t"), "comment": .text("#"), "header": .texts(["codes", "coordinates", "zone", "note"]),
            "ragged": .text("pad"),
            "quote": .text(""),
        ])
        let result = try read(SampleData.bytes("zone1970.tab"), format)
        #expect(result.rows.count == 312)
        #expect(result.rejects.isEmpty)
        #expect(result.column("codes").contains(.string("ZA,LS,SZ")))
        #expect(result.column("note").contains(.null))
    }
}
