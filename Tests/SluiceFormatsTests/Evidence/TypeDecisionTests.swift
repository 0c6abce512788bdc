import SluiceCore
import SluiceFormats
import Testing

@Suite("Types decided from evidence")
struct TypeDecisionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var values: [String]
        var type: String
        var testDescription: String { "\(values.prefix(4)) is \(type)" }
    }

    @Test(
        "a column of texts has the type that keeps every value",
        arguments: [
            Case(values: ["1", "-2", "30"], type: "int64"), Case(values: ["1", "", "3"], type: "int64"),
            Case(values: ["007", "008"], type: "string"), Case(values: ["1", "007"], type: "string"),
            Case(values: ["1234567890123456"], type: "string"), Case(values: ["123456789012345"], type: "int64"),
            Case(values: ["+4930123", "+4912"], type: "string"), Case(values: ["true", "FALSE"], type: "boolean"),
            Case(values: ["true", "yes"], type: "string"), Case(values: ["1.50", "20.25"], type: "decimal(4,2)"),
            Case(values: ["1.5", "20.25"], type: "float64"), Case(values: ["1", "2.5"], type: "float64"),
            Case(values: ["1e3", "2"], type: "float64"), Case(values: ["0.1234567890123456789", "1.0"], type: "decimal(20,19)"),
            Case(values: ["0.30000000000000004", "1.5"], type: "float64"),
            Case(values: ["123456789012345678901234567890.1", "1.25"], type: "decimal(32,2)"),
            Case(values: ["1", "x"], type: "string"), Case(values: ["1", "NA"], type: "string"),
            Case(values: ["2024-01-05", "2024-02-29"], type: "date"), Case(values: ["2024-01-05", "2023-02-29"], type: "string"),
            Case(values: ["2024-01-05T10:00:00", "2024-01-05 10:00"], type: "timestamp"),
            Case(values: ["2024-01-05T10:00:00Z", "2024-01-05T10:00:00+02:00"], type: "timestamptz"),
            Case(values: ["2024-01-05", "2024-01-05T10:00:00"], type: "string"),
            Case(values: ["31/12/2024", "01/02/2024"], type: "date"), Case(values: ["12/31/2024", "01/02/2024"], type: "date"),
            Case(values: ["01/02/2024", "03/04/2024"], type: "string"), Case(values: ["31/12/2024", "12/31/2024"], type: "string"),
            Case(values: ["5 Mar 2024", "17 Apr 2023"], type: "date"),
            Case(values: ["31.12.2024 23:59", "01.01.2025 00:00"], type: "timestamp"),
            Case(values: ["2024-01-05", "31/12/2024"], type: "string"), Case(values: ["", ""], type: "string"),
        ])
    func texts(_ test: Case) throws {
        let first = try #require(try decided(column(test.values)).columns.first)
        #expect(first.decision.type.description == test.type, "\(first.decision.reason)")
        #expect(!first.decision.reason.isEmpty)
    }

    @Test("every value reads back in the decided type, whatever the column") func readsBack() throws {
        let values = [
            "1", "-0", "0", "12.50", ".5", "5.", "1e5", "-1.5e-3", "2024-02-29", "2024-01-01T00:00:00.123456Z", "31/12/2024", "007", "true",
        ]
        for first in values {
            for second in values {
                let text = column([first, second])
                let decision = try decided(text)
                let format = try csv(decision.options)
                let result = try read(text, format, decision.schema)
                #expect(result.rejects.isEmpty && result.rows.count == 2, "\(first) and \(second) as \(decision.schema.fields[0].type)")
            }
        }
    }

    @Test("what each type would lose, and where that stands first") func candidates() throws {
        let decision = try decided(column(["1", "2.5", "x", "4"]))
        let candidates = decision.columns[0].decision.candidates
        #expect(candidates.map(\.type) == ["int64", "decimal(2,1)", "float64", "string"])
        #expect(candidates.map(\.lost) == [2, 1, 1, 0])
        #expect(candidates[0].first == ValuePlace(path: "test.csv", line: 3, value: "2.5"))
        #expect(candidates[1].first == ValuePlace(path: "test.csv", line: 4, value: "x"))
    }

    @Test("kinds that are mixed become a choice where that is asked for") func choice() throws {
        #expect(try decided(column(["1", "x"]), mixed: .choice).schema.fields[0].type == .choice([.int64, .string]))
        #expect(try decided(column(["true", "1.5"]), mixed: .choice).schema.fields[0].type == .choice([.boolean, .float64]))
        #expect(try decided(column(["1", "007"]), mixed: .choice).schema.fields[0].type == .choice([.int64, .string]))
    }

    @Test("a table has one form of dates: ISO wins, the other stays text and says so") func oneForm() throws {
        let decision = try decided("a,b\n2024-01-05,31/12/2024\n2024-01-06,30/12/2024\n")
        #expect(decision.schema.fields.map(\.type) == [.date, .string])
        #expect(decision.columns[1].decision.reason.contains("%d/%m/%Y") && decision.options.isEmpty)
        let alone = try decided("a,b\n1,31/12/2024\n2,30/12/2024\n")
        #expect(alone.options == ["date_pattern": .text("%d/%m/%Y")])
    }

    @Test(
        "JSON values have the type that they say themselves",
        arguments: [
            (["1", "2"], "int64"), (["1", "2.5"], "float64"), (["9007199254740993", "1.5"], "choice<int64,float64>"),
            (["18446744073709551616", "1"], "decimal(38,0)"), (["1", #""x""#], "choice<int64,string>"), (["null", "true"], "boolean"),
            ([#""2024-01-05""#, #""2024-01-06""#], "date"), ([#""2024-01-05""#, #""x""#], "string"), (["[1,2]", "[3.5]"], "list<float64>"),
            ([#"{"a":1}"#, #"{"b":"x"}"#], "struct<a: int64, b: string>"), (["[]", "null"], "list<string>"),
            ([#"{"a":1}"#, "[1]"], "choice<list<int64>,struct<a: int64>>"), ([#""007""#], "string"),
        ] as [([String], String)])
    func values(_ values: [String], _ type: String) throws {
        let lines = values.map { #"{"v":\#($0)}"# + "\n" }.joined()
        let decision = TableDecision(try evidence(lines, json(), path: "t.jsonl"), format: "json")
        let expected = try DataType(parsing: type)
        #expect(decision.schema.fields.map(\.type) == [expected], "\(decision.schema.fields.map(\.type.description))")
    }
}
