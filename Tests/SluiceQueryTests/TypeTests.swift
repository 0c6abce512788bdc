import SluiceCore
import SluicePipelines
import SluiceQuery
import SluiceTestKit
import Testing

/// What becomes of each type on its way through SQLite and back.
@Suite("types in SQLite")
struct TypeTests {
    private static let everyType: [(String, String)] = [
        ("flag", "boolean"), ("small", "int8"), ("big", "int64"), ("single", "float32"), ("double", "float64"), ("price", "decimal(12,2)"),
        ("number", "decimal(18,0)"), ("name", "string"), ("day", "date"), ("at", "timestamp"), ("moment", "timestamptz"),
        ("tags", "list<string>"),
        ("who", "struct<login: string, id: int64>"),
    ]

    private static let rows = """
        {"flag":true,"small":-7,"big":9007199254740993,"single":0.1,"double":0.1,"price":1234567890.12,"number":123456789012345678,"name":"ä'\\"","day":"2024-02-29","at":"2024-03-01T10:00:00.5","moment":"2024-03-01T10:00:00Z","tags":["a","b"],"who":{"login":"x","id":5}}
        {"flag":false,"small":127,"big":-1,"single":null,"double":-2.5e300,"price":-0.01,"number":0,"name":"","day":"1999-12-31","at":"2024-03-01T10:00:00","moment":"2024-03-01T10:00:00.25Z","tags":[],"who":null}
        {"flag":null,"small":null,"big":null,"single":null,"double":null,"price":null,"number":null,"name":null,"day":null,"at":null,"moment":null,"tags":null,"who":null}

        """

    private static func inquiry() throws -> Inquiry {
        let inquiry = try Inquiry()
        inquiry.columns = everyType
        try inquiry.directory.write("rows.jsonl", rows)
        return inquiry
    }

    @Test("a column that is passed on keeps its type and every value", arguments: Self.everyType.map(\.0))
    func roundTrip(_ column: String) async throws {
        let inquiry = try Self.inquiry()
        let engine = try await inquiry.ask("SELECT \(column) FROM 'rows.jsonl'")
        let sqlite = try await inquiry.ask("SELECT \(column) FROM 'rows.jsonl'", .sqlite)
        #expect(engine.summary.path == "engine" && sqlite.summary.path == "sqlite")
        if column == "tags" || column == "who" {
            #expect(sqlite.schema.fields.map(\.type) == [.string])
            #expect(sqlite.rows == engine.rows.map { [$0[0].isNull ? .null : .string($0[0].json)] })
        } else {
            #expect(sqlite.schema.fields.map(\.type) == engine.schema.fields.map(\.type))
            #expect(sqlite.rows == engine.rows)
            #expect(sqlite.rows[0][0] != .null)
        }
    }

    @Test("nested values are JSON, with SQLite's functions")
    func nested() async throws {
        let inquiry = try Self.inquiry()
        let answer = try await inquiry.ask(
            "SELECT who->>'$.login', json_array_length(tags), json_extract(who, '$.id') FROM 'rows.jsonl'", .sqlite)
        #expect(answer.texts == [["\"x\"", "2", "5"], ["null", "0", "null"], ["null", "null", "null"]])
    }

    @Test("timestamps compare and sort as times, in whatever form a text has")
    func times() async throws {
        let inquiry = try Self.inquiry()
        for path in [QueryPath.auto, .sqlite] {
            let later = try await inquiry.ask("SELECT small FROM 'rows.jsonl' WHERE moment > '2024-03-01T10:00:00Z'", path)
            #expect(later.texts == [["127"]], "\(path)")
            let sorted = try await inquiry.ask("SELECT small FROM 'rows.jsonl' WHERE at IS NOT NULL ORDER BY at", path)
            #expect(sorted.texts == [["127"], ["-7"]], "\(path)")
        }
        let same = try await inquiry.ask("SELECT small FROM 'rows.jsonl' WHERE moment = '2024-03-01 10:00'", .sqlite)
        #expect(same.texts == [["-7"]])
        let first = try await inquiry.ask("SELECT max(moment) FROM 'rows.jsonl'", .sqlite)
        #expect(first.texts == [["\"2024-03-01T10:00:00.250Z\""]])
    }

    @Test("decimals with more digits than a double end a query of SQLite, with the place, or are left out and counted")
    func wideDecimals() async throws {
        let inquiry = try Inquiry()
        inquiry.columns = [("amount", "decimal(38,4)")]
        try inquiry.directory.write("a.csv", "id,amount\n1,12.5000\n2,123456789012345678.1234\n3,7.0000\n")
        let exact = try await inquiry.ask("SELECT sum(amount) FROM 'a.csv'")
        #expect(exact.texts == [["123456789012345697.6234"]])
        let error = try #require(await inquiry.error("SELECT id, amount FROM 'a.csv' ORDER BY id", .sqlite))
        #expect(error.code == .valueDoesNotFit && error.location?.description.contains("a.csv:3") == true, "\(error)")
        #expect(error.message.contains("123456789012345678.1234"))
        inquiry.onError = .skip
        let rest = try await inquiry.ask("SELECT id, amount FROM 'a.csv' ORDER BY id", .sqlite)
        #expect(rest.texts == [["1", "12.5000"], ["3", "7.0000"]])
        #expect(rest.summary.rejected == 1 && rest.summary.rejects.count == 1)
    }

    @Test("NaN ends a query of SQLite, which would take it for null")
    func notANumber() async throws {
        let inquiry = try Inquiry()
        inquiry.columns = [("x", "float64")]
        try inquiry.directory.write("a.csv", "x\n1.5\nNaN\n")
        let error = try #require(await inquiry.error("SELECT x FROM 'a.csv'", .sqlite))
        #expect(error.code == .valueDoesNotFit && error.location?.description.contains("a.csv:3") == true, "\(error)")
    }

    @Test("a record that does not fit its column ends the query with its line, or is counted", arguments: [QueryPath.auto, .sqlite])
    func badRecords(_ path: QueryPath) async throws {
        let inquiry = try Inquiry()
        inquiry.columns = [("n", "int64")]
        try inquiry.directory.write("a.csv", "n\n1\ntwo\n3\n")
        let error = try #require(await inquiry.error("SELECT n FROM 'a.csv'", path))
        #expect(error.code == .valueDoesNotFit && error.location?.description.contains("a.csv:3") == true, "\(error)")
        #expect(error.remedy?.contains("--on-error skip") == true && error.remedy?.contains("dead") == false, "\(error)")
        inquiry.onError = .skip
        let rest = try await inquiry.ask("SELECT sum(n) FROM 'a.csv'", path)
        #expect(rest.texts == [["4"]] && rest.summary.rejected == 1)
    }

    @Test("a computed column has the type that all its values show, however many rows there are")
    func computed() async throws {
        let inquiry = try Inquiry()
        try inquiry.directory.write("a.csv", "n\n" + (1...40_000).map { "\($0)\n" }.joined())
        let whole = try await inquiry.ask("SELECT n * 2 AS x FROM 'a.csv'", .sqlite)
        #expect(whole.schema.fields[0].type == .int64 && whole.rows.count == 40_000 && whole.rows[39_999] == [.integer(80_000)])
        let late = try await inquiry.ask("SELECT CASE WHEN n = 39999 THEN 0.5 ELSE n END AS x FROM 'a.csv'", .sqlite)
        #expect(late.schema.fields[0].type == .float64 && late.rows[39_998] == [.float(0.5)] && late.rows[0] == [.float(1)])
        let mixed = try await inquiry.ask("SELECT CASE WHEN n = 39999 THEN 'none' ELSE n END AS x FROM 'a.csv'", .sqlite)
        #expect(mixed.schema.fields[0].type == .choice([.int64, .string]) && mixed.rows[39_998] == [.string("none")])
    }

    @Test("a text among the summands is no 0")
    func sums() async throws {
        let inquiry = try Inquiry()
        try inquiry.directory.write("a.csv", "k,x\na,1\na,NA\nb,2.5\nb,3\n")
        let error = try #require(await inquiry.error("SELECT avg(x) FROM 'a.csv'", .sqlite))
        #expect(error.code == .valueDoesNotFit && error.message.contains("\"NA\""), "\(error)")
        let answer = try await inquiry.ask(
            "SELECT k, sum(nullif(x, 'NA')), avg(nullif(x, 'NA')), total(nullif(x, 'NA')) FROM 'a.csv' GROUP BY k", .sqlite)
        #expect(answer.texts == [["\"a\"", "1.0", "1.0", "1.0"], ["\"b\"", "5.5", "2.75", "5.5"]])
        let windows = try await inquiry.ask(
            "SELECT sum(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 4)"
        )
        #expect(windows.texts == [["1"], ["3"], ["6"]])
        let overflow = try #require(await inquiry.error("SELECT sum(n) FROM (SELECT 9223372036854775807 AS n UNION ALL SELECT 1)"))
        #expect(overflow.code == .overflow)
    }
}
