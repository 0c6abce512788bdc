import Foundation
import SluiceTestKit
import Testing

@testable import SluiceJSON

@Suite("JSON of answers")
struct JSONTests {
    private func parse(_ text: String) throws -> JSONNode { try JSONParser.parse(Array(text.utf8)) }

    @Test("values are what they say") func values() throws {
        let node = try parse(#" {"a":[1,-2.5e1,true,false,null],"t":"x\"\\\/\b\f\n\r\té\ud83d\ude00","o":{"n":1.609451672E9}} "#)
        #expect(node["a"]?.elements.map(\.integer) == [1, -25, nil, nil, nil])
        #expect(node["a"]?.elements[2].boolean == true)
        #expect(node["t"]?.string == "x\"\\/\u{8}\u{c}\n\r\té😀")
        #expect(node["o"]?["n"]?.double == 1_609_451_672)
        #expect(node["b"] == nil)
        #expect(try parse(#""\ud800""#).string == "\u{FFFD}")
        #expect(try parse("[]").elements.isEmpty)
        #expect(try parse("{}") == .object([]))
    }

    @Test(
        "what is no document is refused",
        arguments: [
            "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "\"a", "\"\\x\"", "\"\\u12\"", "01x", "+1", "1 2", "tru", "\"\u{1}\"", "{1:2}", "nan",
            "-",
        ]) func malformed(_ text: String)
    {
        #expect(throws: JSONParser.Failure.self) { try parse(text) }
    }

    @Test("nesting has a bound") func depth() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try parse(nested(JSONParser.nestingDepth))
        #expect(throws: JSONParser.Failure.tooDeep) { try parse(nested(JSONParser.nestingDepth + 1)) }
    }

    @Test("cut and changed documents are refused or read, and nothing else", arguments: [11, 12, 13]) func damaged(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let whole = Array(#"{"Records":[{"Data":"aGVsbG8=","SequenceNumber":"495","Time":1.5E9,"Tag":"a\u00e9\n"}],"Next":null}"#.utf8)
        for _ in 0..<3_000 {
            var bytes = Array(whole[..<Int.random(in: 0...whole.count, using: &random)])
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if (try? JSONParser.parse(bytes)) != nil, String(validating: bytes, as: UTF8.self) != nil {
                #expect((try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil)
            }
        }
    }

    @Test("a body is what others read") func body() throws {
        var inner = JSONBody()
        inner.put("Data", base64: [104, 105])
        var body = JSONBody()
        body.put("Name", "a\"é\n")
        body.put("Absent", String?.none)
        body.put("Count", 3)
        body.put("Flag", true)
        body.put("Time", micros: 1_000_001)
        body.put("Records", [inner, inner])
        body.put("Keys", texts: ["x", "y"])
        body.put("Mode", inner)
        let read = try #require(try JSONSerialization.jsonObject(with: Data(body.bytes)) as? NSDictionary)
        let expected: NSDictionary = [
            "Name": "a\"é\n", "Count": 3, "Flag": true, "Time": 1.000001, "Records": [["Data": "aGk="], ["Data": "aGk="]],
            "Keys": ["x", "y"], "Mode": ["Data": "aGk="],
        ]
        #expect(read == expected)
    }
}
