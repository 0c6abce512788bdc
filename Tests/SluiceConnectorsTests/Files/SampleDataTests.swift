import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

/// The sample data against the counts that its generator wrote down.
@Suite("Reading the sample data")
struct SampleDataTests {
    let bench: Workbench
    let expected: JSONDocument

    init() throws {
        bench = try Workbench(data: Repository.path("sample-data"))
        expected = try JSONDocument(parsing: TemporaryDirectory.contents(of: Repository.path("sample-data/expected.json")))
    }

    @Test("flights: rows of each file and month, and the data's month before the path's") func flights() async throws {
        let source = try await bench.source("files: flights/month=*/*.csv.gz\noptions: {null_values: [NA]}")
        #expect(source.schema.count == 19)
        #expect(source.notices == ["\"month\" is in the paths and in the data; the data's column is read, the path's is not"])
        #expect(source.schema["arr_delay"]?.type == .int64)
        #expect(source.schema["tailnum"]?.type == .string)
        let counts = try #require(expected["flights"]?["rows_by_file"]?.counts)
        var delayed = 0
        for split in try await source.splits() {
            let reader = try await source.open(split, SourceRequest(["arr_delay", "month"], keepsRaw: false))
            var rows = 0
            try await reader.forEachBatch { read in
                rows += read.batch.rowCount
                #expect(read.rejects.isEmpty)
                for case .integer(let minutes) in read.batch.columns[0].values where minutes > 15 { delayed += 1 }
            }
            #expect(rows == counts["flights/" + split.id.dropFirst(8)], "\(split.id)")
            #expect(reader.bytesRead == split.bytes)
        }
        #expect(delayed == expected["flights"]?["delayed"]?.integer)
    }

    @Test("orders: columns that appear later, leading zeros, NA as a value") func orders() async throws {
        let source = try await bench.source("files: orders\ncolumns: {customer_id: string, sku: string, amount: \"decimal(12,2)\"}")
        #expect(
            source.schema.names == [
                "order_id", "customer_id", "ordered_at", "sku", "quantity", "unit_price", "amount", "status", "channel", "coupon", "year",
                "month",
            ])
        #expect(source.notices.count == 2)
        let read = try await source.readAll()
        #expect(read.rejects.isEmpty)
        #expect(read.counts(by: "month") == expected["orders"]?["rows_by_month"]?.counts)
        let channels = zip(read["month"], read["channel"]).filter { !$1.isNull }.map(\.0)
        #expect(channels.filter { $0 == .string("02") }.count == expected["orders"]?["channel_not_empty_by_month"]?["02"]?.integer)
        #expect(read["coupon"].filter { $0 == .string("NA") }.count == expected["orders"]?["coupon_NA"]?.integer)
        #expect(Set(read["customer_id"]).count == expected["orders"]?["customers"]?.integer)
        let amount = read["amount"].reduce(Int128(0)) { if case .decimal(let unscaled, _) = $1 { $0 + unscaled } else { $0 } }
        #expect(Value.decimal(amount, scale: 2).description == expected["orders"]?["amount"]?.text)
    }

    @Test("click stream: cut lines are rejected with their line numbers") func clickstream() async throws {
        let source = try await bench.source("files: clickstream.jsonl")
        let read = try await source.readAll()
        #expect(read.rows.count == expected["clickstream"]?["whole"]?.integer)
        let lines = read.rejects.compactMap { if case .file(_, let line?, _) = $0.location { line } else { nil } }
        #expect(lines == expected["clickstream"]?["cut_lines"]?.items.compactMap(\.integer))
    }

    @Test("messy: encoding, dialect, marks and patterns; bad rows with their lines") func messy() async throws {
        let source = try await bench.source(
            """
            files: messy.csv
            options: {delimiter: ";", encoding: cp1252, decimal_mark: ",", group_mark: ".", date_pattern: "%d/%m/%Y"}
            columns: {code: string, name: string, date: date, amount: "decimal(12,2)", quantity: int32}
            on_new_column: fail
            """)
        let read = try await source.readAll()
        #expect(read.rows.count == expected["messy"]?["good"]?.integer)
        let lines = read.rejects.compactMap { if case .file(_, let line?, _) = $0.location { line } else { nil } }
        #expect(lines.sorted() == expected["messy"]?["bad"]?.items.compactMap { $0["line"]?.integer })
        let amount = read["amount"].reduce(Int128(0)) { if case .decimal(let unscaled, _) = $1 { $0 + unscaled } else { $0 } }
        #expect(Value.decimal(amount, scale: 2).description == expected["messy"]?["amount"]?.text)
        #expect(read["name"].contains { $0.description.contains("€") || $0.description.contains("ü") })
    }

    @Test("time zones: no header, comments, ragged rows, NA is Namibia") func zones() async throws {
        let countries = try await bench.source("files: iso3166.tab\noptions: {comment: \"#\", header: [code, name]}")
        let read = try await countries.readAll()
        #expect(read.rows.count == expected["iso3166"]?["rows"]?.integer)
        #expect(read["code"].contains(.string("NA")))
        let zones = try await bench.source(
            "files: zone1970.tab\noptions: {comment: \"#\", header: [codes, coordinates, zone, comments], ragged: pad}")
        let rows = try await zones.readAll()
        #expect(rows.rows.count == expected["zone1970"]?["rows"]?.integer)
        #expect(rows["comments"].filter(\.isNull).count == expected["zone1970"]?["rows_without_comment"]?.integer)
    }

    @Test("weather: absent keys and numbers in three spellings") func weather() async throws {
        let source = try await bench.source("files: weather.jsonl")
        let read = try await source.readAll()
        #expect(read.rows.count == expected["weather"]?["rows"]?.integer)
        #expect(read["wind_gust"].filter(\.isNull).count == expected["weather"]?["absent_by_key"]?["wind_gust"]?.integer)
        #expect(read["pressure"].filter(\.isNull).count == expected["weather"]?["absent_by_key"]?["pressure"]?.integer)
    }
}
