import SluiceJSON
import SluiceTestKit
import Testing

@Suite("places in JSON")
struct JSONScannerTests {
    private func text(_ path: [String], in json: String) throws -> String? {
        let scanner = JSONScanner(Array(json.utf8))
        return try scanner.find(path, in: scanner.document()).flatMap { try scanner.text($0) }
    }

    @Test("a path leads to a value, past everything else") func path() throws {
        let json = #" {"a":{"b":"]}\"x","c":[1,{"d":2}]},"m\u0065ta":{"next":"äö\n","n":-1.50e3,"t":true,"z":null}} "#
        #expect(try text(["a", "b"], in: json) == "]}\"x")
        #expect(try text(["meta", "next"], in: json) == "äö\n")
        #expect(try text(["meta", "n"], in: json) == "-1.50e3")
        #expect(try text(["meta", "t"], in: json) == "true")
        #expect(try text(["meta", "z"], in: json) == nil)
        #expect(try text(["a", "c", "d"], in: json) == nil)
        #expect(try text(["meta", "none"], in: json) == nil)
    }

    @Test("elements are ranges of the bytes") func elements() throws {
        let bytes = Array(#"{"rows":[ {"id":1} , [2,3],"four" ,null]}"#.utf8)
        let scanner = JSONScanner(bytes)
        let list = try #require(try scanner.find(["rows"], in: scanner.document()))
        let found = try scanner.elements(list).map { String(decoding: bytes[$0], as: UTF8.self) }
        #expect(found == [#"{"id":1}"#, "[2,3]", #""four""#, "null"])
        #expect(try JSONScanner(Array("[ ]".utf8)).elements(0..<3).isEmpty)
    }

    @Test("elements with the values of some members, whatever stands between them") func elementsWithMembers() throws {
        let json = #"[{"b":{"id":0},"id":1,"n\u0061me":"x"},7,{"name":"a long text with \" and \\","id":"2","id":3},{}]"#
        let scanner = JSONScanner(Array(json.utf8))
        let found = try scanner.elements(scanner.document(), with: ["id", "name"])
        let texts = try found.map { try $0.values.map { try $0.flatMap { try scanner.text($0) } } }
        #expect(texts == [["1", "x"], [nil, nil], ["2", #"a long text with " and \"#], [nil, nil]])
    }

    @Test("an outline finds what paths lead to, and refuses what is not whole") func outline() throws {
        let outline = try JSONOutline(Array(#" {"a":{"b":[5,{"c":"x"}]},"d":true} "#.utf8))
        #expect(try outline.text(["a", "b", "1", "c"]) == "x")
        #expect(try outline.text(["d"]) == "true")
        #expect(try outline.find(["a", "z"]) == nil)
        #expect(try JSONOutline(Array(#"[{"errorCode":"E"}]"#.utf8)).text(["0", "errorCode"]) == "E")
        for bad in ["", "{", #"{"a":1}}"#, #"{"a":[}"#, "[1", #"{"a""#] {
            #expect(throws: JSONScanner.Failure.self) { try JSONOutline(Array(bad.utf8)) }
        }
    }

    @Test("texts of all lengths end where they end, escapes at all places") func texts() throws {
        for length in 0..<40 {
            for place in 0...length {
                var inside = Array(repeating: UInt8(ascii: "x"), count: length)
                inside.replaceSubrange(place..<place, with: Array(#"\""#.utf8))
                let bytes = Array("[\"".utf8) + inside + Array("\",1]".utf8)
                let scanner = JSONScanner(bytes)
                #expect(try scanner.elements(scanner.document()).count == 2)
            }
        }
    }

    @Test(
        "what is not whole is refused",
        arguments: ["", " ", "{", "[1,2", #"{"a":"b"#, "[1}", "{]", "[1] 2", #"{"a" 1}"#, #"{a:1}"#, "[1 2]", "[1,,2]"])
    func malformed(_ json: String) {
        let scanner = JSONScanner(Array(json.utf8))
        #expect(throws: JSONScanner.Failure.self) {
            let document = try scanner.document()
            if scanner.kind(document) == .list { _ = try scanner.elements(document) } else { _ = try scanner.find(["zz"], in: document) }
        }
    }

    @Test("nesting has a bound") func depth() throws {
        func nested(_ depth: Int) -> [UInt8] { Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8) }
        _ = try JSONScanner(nested(JSONParser.nestingDepth)).document()
        #expect(throws: JSONScanner.Failure.tooDeep) { try JSONScanner(nested(JSONParser.nestingDepth + 1)).document() }
    }

    @Test("what is written is read as the same") func written() throws {
        let json = #"{"a":[1,-2.50,"x\"\ny",{"b":null,"c":false}],"d":{}}"#
        let node = try JSONParser.parse(Array(json.utf8))
        #expect(String(decoding: node.json, as: UTF8.self) == json)
    }

    @Test("damaged documents are read or refused, and whole ones are read as the parser reads them", arguments: [1, 2, 3] as [UInt64])
    func damaged(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let whole = Array(#"{"rows":[{"id":1,"t":"a\"]}","n":[1,{"x":null}]},{"id":2.5e3}],"meta":{"next":"abc","more":true}}"#.utf8)
        for _ in 0..<3_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0x20...0x7E, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.removeLast(bytes.count - place - (place == 0 ? 1 : 0))
                }
            }
            let scanner = JSONScanner(bytes)
            let parsed = try? JSONParser.parse(bytes)
            let more = try? scanner.find(["meta", "more"], in: scanner.document()).flatMap { try scanner.text($0) }
            guard let parsed, case .boolean(let wanted)? = parsed["meta"]?["more"] else { continue }
            #expect(more == "\(wanted)", "\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
