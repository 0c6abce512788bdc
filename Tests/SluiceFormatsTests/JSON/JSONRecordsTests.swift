import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceFormats

@Suite("Records within JSON documents")
struct JSONRecordsTests {
    /// The source's bytes without line ends and spaces around.
    private func found(_ path: String, in text: String, chunk: Int = 3) throws -> String {
        var source = JSONRecordsSource(MemorySource(Array(text.utf8)), try JSONRecordsPath(path), name: "a.json")
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: chunk)
        while true {
            let count = try buffer.withUnsafeMutableBytes { bytes throws(SluiceError) in try source.read(into: bytes) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self).split { $0 == "\n" }.joined().trimmed
    }

    @Test(
        "a path leads to its values, whatever stands beside them",
        arguments: [
            ("$.items[*]", #"{"n":2,"items":[{"a":1},{"a":2}],"items2":[{"b":1}]}"#, #"{"a":1} {"a":2}"#),
            ("$.items", #"{"items":[{"a":[1,2]},{"a":"]}\""}]}"#, #"{"a":[1,2]} {"a":"]}\""}"#),
            ("$['a b'].c", #"{"a b":{"c":{"x":1},"d":{"c":2}},"c":3}"#, #"{"x":1}"#),
            ("$[*]", #"[{"a":1},2,"x",[3]]"#, #"{"a":1} 2 "x" [3]"#), ("$", #"[{"a":1}] {"b":2}"#, #"{"a":1} {"b":2}"#),
            ("$[1].a", #"[{"a":{"x":0}},{"a":{"x":1}},{"a":{"x":2}}]"#, #"{"x":1}"#),
            ("$[*].rows[*]", #"[{"rows":[{"a":1}]},{"rows":[{"a":2},{"a":3}],"x":[{"a":4}]}]"#, #"{"a":1} {"a":2} {"a":3}"#),
            ("$.items[*]", #"{"it\u0065ms":[{"a":1}]}"#, #"{"a":1}"#), ("$.items[*]", #"{"items":{"a":1}}"#, ""),
            ("$.a", #"{"b":{"a":{"x":1}},"a":true,"c":"a"}"#, "true"), ("$.items[*]", "[]", ""),
            ("$.items[*]", #"{"items":[],"more":{"items":[{"a":1}]}}"#, ""),
        ])
    func paths(_ path: String, _ text: String, _ wanted: String) throws {
        #expect(try found(path, in: text) == wanted)
        #expect(try found(path, in: text, chunk: 1_000) == wanted)
    }

    @Test("what is no path is refused", arguments: ["items", "$.", "$..a", "$[a]", "$[-1]", "$['a'", "$.a[", "$.*", ""])
    func wrong(_ path: String) { #expect(throws: SluiceError.self) { try JSONFormat(options: ["records": .text(path)]) } }

    @Test("rows come with the lines that they stand on; a cut document is an error") func lines() throws {
        let text = "{\"count\": 2,\n \"items\": [\n  {\"a\": 1},\n\n  {\"a\": \"x\"}\n ]\n}\n"
        let format = try JSONFormat(options: ["records": .text("$.items[*]")])
        var framer = try format.framer(MemorySource(Array(text.utf8)), path: "a.json")
        let schema = try Schema([Field("a", .int64)])
        let decoder = try format.decoder(framer.layout, schema: schema, missing: .null)
        var rows = 0
        var rejects: [Reject] = []
        while let framed = try framer.next() {
            let decoded = decoder.decode(framed)
            rows += decoded.batch.rowCount
            rejects += decoded.rejects
        }
        #expect(rows == 1 && rejects.map(\.location) == [.file(path: "a.json", line: 5, column: 7)], "\(rejects)")
        var cut = try format.framer(MemorySource(Array(text.utf8.dropLast(6))), path: "a.json")
        #expect(throws: SluiceError.self) { while try cut.next() != nil {} }
    }

    @Test("any bytes are records or an error, and never a crash", arguments: 1...20) func random(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("{}[]\",:\\ \n1a-".utf8)
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            _ = try? found(
                ["$.a[*]", "$[*]", "$", "$[0].a"].randomElement(using: &random) ?? "$", in: String(decoding: bytes, as: UTF8.self))
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var rest = self[...]
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
