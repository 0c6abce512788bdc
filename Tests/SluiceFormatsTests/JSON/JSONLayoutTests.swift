import SluiceCore
import SluiceFormats
import Testing

@Suite("JSON layouts") struct JSONLayoutTests {
    @Test(
        "the file's start shows how records follow one another",
        arguments: [
            ("{\"v\":1}\n{\"v\":2}\n", nil), ("{\"v\":1}{\"v\":2}", "documents"), ("{\"v\":1} {\"v\":2}\n{\"v\":3}", "documents"),
            ("{\n  \"v\": 1\n}\n{\n  \"v\": 2\n}\n", "documents"), ("\n\n  [ {\"v\":1},\n{\"v\":2} ]\n", "array"), ("[]", "array"),
            ("", nil),
            ("{\"v\":\n{\"v\":2}\n", nil), ("{\"v\":1", nil), ("x\n{\"v\":1}", nil), ("\u{FEFF}[{\"v\":1}]", "array"),
        ] as [(String, String?)]) func detected(_ text: String, _ layout: String?) throws
    {
        let framer = try json().open(MemorySource(Array(text.utf8)), path: "x.json")
        #expect(framer.layout.options["layout"] == layout.map { .text($0) })
    }

    @Test("places are lines of the file, also where records span lines") func places() throws {
        let text = "[\n  {\n    \"v\": 1\n  },\n  {\n    \"v\": 01\n  },\n  {\"w\": [\n    {}\n  ], \"v\": \"x\"},\n  {\"v\": 4}\n]\n"
        let seen = try readInBlocks(Array(text.utf8), json(), schema(("v", "int64")))
        #expect(seen.lines == [2, 11])
        #expect(seen.rejects.map { String($0.prefix(11)) } == ["x.json:6:10", "x.json:10:1"])
    }

    @Test("elements that are no objects are rejects, and the array goes on") func elements() throws {
        let text = "[1, {\"v\":1}, [2], \"a,]\", null, {\"v\":2},, {\"v\":3} {\"v\":4}, {\"v\":5},]"
        let seen = try readInBlocks(Array(text.utf8), json(), schema(("v", "int64")))
        #expect(seen.rows == ["{\"v\":1}", "{\"v\":2}", "{\"v\":3}", "{\"v\":5}"])
        #expect(seen.rejects.count == 7)
    }

    @Test(
        "an array that is cut, or that something follows, is an error behind its rows",
        arguments: ["[{\"v\":1}", "[{\"v\":1},", "[", "[{\"v\":1}]x"])
    func broken(_ text: String) throws {
        let seen = try readInBlocks(Array(text.utf8), json(["layout": .text("array")]), schema(("v", "int64")))
        #expect(seen.rows.count == (text.count > 1 ? 1 : 0))
        #expect(seen.error != nil)
    }

    @Test("a record over the limit is a reject, and the next one is read", arguments: ["documents", "array", "lines"])
    func tooLarge(_ layout: String) throws {
        let long = "{\"v\":\"" + String(repeating: "x", count: CoreLimits.recordBytes) + "\"}"
        let records = ["{\"v\":\"a\"}", long, "{\"v\":\"b\"}"]
        let text = layout == "array" ? "[" + records.joined(separator: ",") + "]" : records.joined(separator: "\n")
        let seen = try readInBlocks(Array(text.utf8), json(["layout": .text(layout)]), schema(("v", "string")))
        #expect(seen.rows == ["{\"v\":\"a\"}", "{\"v\":\"b\"}"])
        #expect(seen.rejects.count == 1 && seen.rejects[0].contains("record-too-large"))
        #expect(seen.error == nil)
    }

    @Test("a condition leaves out rows, keeps the order, and bad records stay rejects") func conditions() throws {
        struct Even: RowCondition {
            let columns = ["n"]
            let bounds: [ColumnBound] = []
            func kept(of batch: Batch) -> Bitmap {
                Bitmap(batch["n"]!.values.map { value in if case .integer(let number) = value { number % 2 == 0 } else { false } })
            }
        }
        var text = ""
        for number in 0..<200 {
            text += number % 50 == 7 ? "{\"n\":\(number),}\n" : "{\"o\":{\"t\":\"t\(number)\"},\"n\":\(number),\"x\":[\(number)]}\n"
        }
        let wanted = try schema(("o", "struct<t: string>"), ("n", "int64"), ("x", "list<int64>"))
        let seen = try readInBlocks(Array(text.utf8), json(), wanted, condition: Even())
        let kept = [Int](stride(from: 0, to: 200, by: 2))
        let rows = kept.map { (number: Int) -> String in "{\"o\":{\"t\":\"t\(number)\"},\"n\":\(number),\"x\":[\(number)]}" }
        #expect(seen.rows == rows)
        #expect(seen.rejects.count == 4)
        #expect(seen.lines == kept.map { Int64($0 + 1) })
    }

    @Test("a struct type with fewer members reads these alone") func pruned() throws {
        let text = #"{"p":{"a":"no number","size":3,"commits":[{"sha":1,"message":"m"},{"message":null}]}}"#
        let seen = try readInBlocks(Array(text.utf8), json(), schema(("p", "struct<size: int64, commits: list<struct<message: string>>>")))
        #expect(seen.rows == [#"{"p":{"size":3,"commits":[{"message":"m"},{"message":null}]}}"#])
    }
}
