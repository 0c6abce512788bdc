import SluiceCore
import Testing

@testable import SluiceFormats

/// Members that no column has a place for, as both ways of reading see them.
@Suite("JSON: members that are not known") struct NewMemberTests {
    /// What is told of a file: `name count first`.
    private func told(
        _ text: String, _ wanted: Schema, _ known: KnownMembers, inBlocks: Bool, _ condition: (any RowCondition)? = nil
    ) throws -> [String] {
        var request = ReadRequest(wanted, condition: condition)
        request.known = known
        var members = NewMembers()
        if inBlocks {
            var reader = try json().reader(FileInput(HeldBytes(bytes: Array(text.utf8)), path: "x.jsonl"), request)
            while var piece = try reader.next() {
                while let decoded = try piece.next() { if let found = decoded.newMembers { members.add(found) } }
            }
        } else {
            var framer = try json().open(MemorySource(Array(text.utf8)), path: "x.jsonl")
            let decoder = try json().decoder(framer.layout, schema: wanted, missing: .null).noticing(membersBeyond: known)
            while let framed = try framer.next() { if let found = decoder.decode(framed).newMembers { members.add(found) } }
        }
        return members.entries.map { "\($0.name) \($0.count) \($0.first)" }
    }

    @Test("those of records and of structs in them are told with count and first place, wanted or not", arguments: [true, false])
    func everywhere(_ inBlocks: Bool) throws {
        let known = try schema(
            ("a", "int64"), ("s", "struct<x: int64, y: string>"), ("l", "list<struct<k: int64>>"), ("longer name", "string"))
        let text = """
            {"a":1,"s":{"x":1,"y":"q"},"longer name":"v","l":[{"k":1}]}
            {"a":1,"c":5,"s":{"x":1,"z":{"a":1}},"l":[{"k":1,"m":1},{"m":2}]}
            {"c":[1],"longer name2":true,"\\u0061":7}
            {"a":1,"s":null,"\\u0063":1}

            """
        let all = ["c 2 x.jsonl:2", "s.z 1 x.jsonl:2", "l.m 2 x.jsonl:2", "longer name2 1 x.jsonl:3"]
        let found = try told(text, known, KnownMembers(known.fields), inBlocks: inBlocks)
        #expect(Set(found.filter { !$0.contains("x.jsonl:4") }.map { $0.replacing("c 3", with: "c 2") }) == Set(all), "\(found)")
        // What is not wanted is known all the same; what is in a struct that nobody reads is not looked at.
        let some = try told(text, schema(("longer name", "string")), KnownMembers(known.fields), inBlocks: inBlocks)
        #expect(some.contains("longer name2 1 x.jsonl:3") && some.contains { $0.hasPrefix("c ") }, "\(some)")
        #expect(!some.contains { $0.hasPrefix("s.") || $0.hasPrefix("l.") || $0.hasPrefix("a ") }, "\(some)")
    }

    @Test("a record that has to be read again is told of once", arguments: [true, false]) func once(_ inBlocks: Bool) throws {
        let known = try schema(("a", "int64"), ("b", "int64"))
        // The repeated member and the bad value are for the careful reader.
        let text = "{\"n\":1,\"a\":1,\"a\":2}\n{\"a\":\"x\",\"n\":1}\n{\"a\":1}\n{\"n\":1\n{\"n\":3}\n"
        let found = try told(text, known, KnownMembers(known.fields), inBlocks: inBlocks)
        #expect(found.first?.hasSuffix("x.jsonl:1") == true && found.count == 1, "\(found)")
        #expect(found == ["n 3 x.jsonl:1"] || found == ["n 4 x.jsonl:1"], "\(found)")
    }

    @Test("a type that is no struct has no members, and rows without columns are only looked at where it is asked for")
    func nothing() throws {
        let wanted = try schema(("a", "struct<x: int64>"))
        let text = "{\"a\":{\"x\":1,\"y\":2}}\n"
        #expect(try told(text, wanted, KnownMembers([Field("a", .string)]), inBlocks: true) == [])
        #expect(try told(text, wanted, KnownMembers(wanted.fields), inBlocks: true) == ["a.y 1 x.jsonl:1"])
        let none = Schema(unchecked: [])
        #expect(try told("{\"b\":1}\n", none, KnownMembers(wanted.fields), inBlocks: true) == [])
        #expect(try told("{\"b\":1}\n", none, KnownMembers(wanted.fields, isStrict: true), inBlocks: true) == ["b 1 x.jsonl:1"])
    }

    @Test("a condition that is judged first does not make one count twice, nor hide it") func conditions() throws {
        struct Even: RowCondition {
            var columns: [String] { ["a"] }
            var bounds: [ColumnBound] { [] }
            func kept(of batch: Batch) -> Bitmap {
                var bits = Bitmap(repeating: false, count: batch.rowCount)
                for row in 0..<batch.rowCount where row % 2 == 0 { bits[row] = true }
                return bits
            }
        }
        let known = try schema(("a", "int64"), ("b", "struct<x: int64>"))
        let text = (0..<10).map { "{\"a\":\($0),\"b\":{\"x\":1,\"y\":1},\"n\":1}\n" }.joined()
        let found = try told(text, known, KnownMembers(known.fields), inBlocks: true, Even())
        #expect(Set(found) == ["n 10 x.jsonl:1", "b.y 5 x.jsonl:1"])
    }

    @Test("names are bounded, and their notices say how many objects and where") func bounds() {
        var members = NewMembers()
        for number in 0...CoreLimits.newMembers { members.add("m\(number)", at: .file(path: "f", line: 9)) }
        members.add("m0", at: .file(path: "f", line: 3))
        #expect(members.entries.count == CoreLimits.newMembers)
        let first = members.entries[0]
        #expect(first.name == "m0" && first.count == 2 && first.first == .file(path: "f", line: 3))
        #expect(members.notices.count == CoreLimits.newMembers + 1)
        #expect(members.notices[0].contains("\"m0\" is in 2 objects") && members.notices[0].contains("first at f:3"))
    }
}
