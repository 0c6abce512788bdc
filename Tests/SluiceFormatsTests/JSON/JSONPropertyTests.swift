import SluiceCore
import SluiceFormats
import Testing

@Suite("JSON, read both ways") struct JSONPropertyTests {
    private static let wanted = [
        ("a", "int64"), ("s", "string"), ("l", "list<float64>"), ("o", "struct<k: list<struct<z: boolean, n: int64>>, q: string>"),
        ("t", "timestamptz"), ("m", "map<string, int64>"), ("c", "choice<int64, struct<x: int64>, string>"),
        ("a long name of a member", "string"),
    ]

    private func fields() throws -> Schema { try Schema(Self.wanted.map { Field($0.0, try DataType(parsing: $0.1)) }) }

    private struct Writer {
        var random: SeededGenerator
        var spaced: Bool

        mutating func space() -> String {
            guard spaced, Int.random(in: 0..<3, using: &random) == 0 else { return "" }
            return [" ", "\t", "  ", "\r", "    "].randomElement(using: &random)!
        }

        mutating func text() -> String {
            let pieces = [
                "", "a", "some text", "\\n", "\\\"", "\\\\", "é", "日本", "{", "]", ":", ",", "\\u00e9", "\\ud83d\\ude00",
                String(repeating: "x", count: 40),
            ]
            return "\"" + (0..<Int.random(in: 0...3, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined() + "\""
        }

        mutating func object(_ members: [(String, String)]) -> String {
            let parts = members.map { "\(space())\"\($0.0)\"\(space()):\(space())\($0.1)\(space())" }
            return "{" + (parts.isEmpty ? space() : parts.joined(separator: ",")) + "}"
        }

        mutating func list(_ elements: [String]) -> String {
            "[" + (elements.isEmpty ? space() : elements.map { space() + $0 + space() }.joined(separator: ",")) + "]"
        }

        mutating func any(_ depth: Int = 0) -> String {
            switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &random) {
            case 0: return "null"
            case 1: return ["true", "false"].randomElement(using: &random)!
            case 2: return ["0", "-1", "12345678901", "1.5", "-2e-7", "1E3"].randomElement(using: &random)!
            case 3, 4: return text()
            case 5: return list((0..<Int.random(in: 0...3, using: &random)).map { _ in any(depth + 1) })
            default: return object((0..<Int.random(in: 0...3, using: &random)).map { ("k\($0)", any(depth + 1)) })
            }
        }

        mutating func value(_ type: DataType) -> String {
            if Int.random(in: 0..<8, using: &random) == 0 { return Bool.random(using: &random) ? "null" : any() }
            switch type {
            case .int64: return "\(Int64.random(in: -1000...1_000_000_000_000, using: &random))"
            case .float64: return ["1.5", "-2e-7", "3"].randomElement(using: &random)!
            case .boolean: return "true"
            case .timestamp: return "\"2024-01-01T00:00:00Z\""
            case .list(let element): return list((0..<Int.random(in: 0...3, using: &random)).map { _ in value(element) })
            case .map(_, let element): return object((0..<Int.random(in: 0...3, using: &random)).map { ("key \($0)", value(element)) })
            case .structure(let fields):
                return object(fields.filter { _ in Int.random(in: 0..<5, using: &random) > 0 }.map { ($0.name, value($0.type)) })
            case .choice(let types): return value(types.randomElement(using: &random)!)
            default: return text()
            }
        }

        mutating func record(_ schema: Schema) -> String {
            var members = schema.fields.filter { _ in Int.random(in: 0..<6, using: &random) > 0 }.map { ($0.name, value($0.type)) }
            for number in 0..<Int.random(in: 0...2, using: &random) {
                members.insert(("other \(number)", any()), at: Int.random(in: 0...members.count, using: &random))
            }
            if Int.random(in: 0..<10, using: &random) == 0 { members.append(("\\u0061", "7")) }
            if Int.random(in: 0..<10, using: &random) == 0, let first = members.first { members.append(first) }
            return space() + object(members) + space()
        }
    }

    private func damaged(_ text: String, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(Array("\"{}[],:\\\n\r 0".utf8).randomElement(using: &random)!, at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + 20))
            }
        }
        return bytes
    }

    @Test("lines, whole and damaged") func lines() throws {
        let schema = try fields()
        for seed in UInt64(0)..<600 {
            var writer = Writer(random: SeededGenerator(seed: seed), spaced: seed % 2 == 0)
            let text = (0..<Int.random(in: 1...6, using: &writer.random)).map { _ in writer.record(schema) }.joined(separator: "\n")
            let bytes = seed % 3 == 0 ? Array(text.utf8) : damaged(text, &writer.random)
            try expectSame(bytes, ["layout": .text("lines")], schema, "seed \(seed)")
            try expectSame(bytes, [:], schema, "seed \(seed), detected")
        }
    }

    @Test("documents and arrays, whole and damaged", arguments: ["documents", "array"]) func values(_ layout: String) throws {
        let schema = try fields()
        for seed in UInt64(0)..<400 {
            var writer = Writer(random: SeededGenerator(seed: seed), spaced: seed % 2 == 0)
            let records = (0..<Int.random(in: 1...6, using: &writer.random)).map { _ in writer.record(schema) }
            let text =
                layout == "array"
                ? "[" + records.joined(separator: seed % 5 == 0 ? ",\n" : ",") + "]" : records.joined(separator: seed % 5 == 0 ? "\n" : "")
            let bytes = seed % 3 == 0 ? Array(text.utf8) : damaged(text, &writer.random)
            try expectSame(bytes, ["layout": .text(layout)], schema, "seed \(seed)")
        }
    }

    @Test("the same records in every layout are the same rows") func layouts() throws {
        let schema = try fields()
        for seed in UInt64(0)..<30 {
            var writer = Writer(random: SeededGenerator(seed: seed), spaced: true)
            let records = (0..<5).map { _ in writer.record(schema) }
            let spread = records.map { $0.replacing(",", with: "\n,\n") }
            let lines = try readInBlocks(Array(records.joined(separator: "\n").utf8), json(["layout": .text("lines")]), schema)
            let documents = try readInBlocks(Array(records.joined().utf8), json(["layout": .text("documents")]), schema)
            let array = try readInBlocks(Array(("[" + records.joined(separator: ",") + "]").utf8), json(), schema)
            #expect(documents.rows == lines.rows && array.rows == lines.rows, "seed \(seed)")
            #expect(documents.rejects.count == lines.rejects.count && array.rejects.count == lines.rejects.count, "seed \(seed)")
            try expectSame(Array(spread.joined(separator: "\n").utf8), ["layout": .text("documents")], schema, "seed \(seed)")
        }
    }

    @Test("a file cut at every byte is rows and a reject or an error", arguments: ["lines", "documents", "array"]) func cuts(
        _ layout: String
    ) throws {
        let schema = try fields()
        var writer = Writer(random: SeededGenerator(seed: 7), spaced: true)
        let records = (0..<4).map { _ in writer.record(schema) }
        let text = layout == "array" ? "[" + records.joined(separator: ",") + "]" : records.joined(separator: layout == "lines" ? "\n" : "")
        let bytes = Array(text.utf8)
        for end in 0..<bytes.count { try expectSame(Array(bytes[..<end]), ["layout": .text(layout)], schema, "cut at \(end)") }
    }

    @Test("random bytes", arguments: ["lines", "documents", "array", "auto"]) func noise(_ layout: String) throws {
        let schema = try fields()
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            let alphabet = seed % 2 == 0 ? Array(UInt8.min...UInt8.max) : Array("{}[]\",:\\ \n0-1etfnul".utf8)
            let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            try expectSame(bytes, ["layout": .text(layout)], schema, "seed \(seed)")
        }
    }
}
