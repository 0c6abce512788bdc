import SluiceCore
import SluiceFormats
import Testing

@Suite("Damaged bytes") struct DamageTests {
    /// Bytes with a few of them changed, removed, doubled or put elsewhere.
    private func damaged(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            if result.isEmpty { break }
            let place = Int.random(in: 0..<result.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: result[place] = UInt8.random(in: 0...255, using: &random)
            case 1: result.remove(at: place)
            case 2: result.insert(Array("\"{}[],:\\\n\r".utf8).randomElement(using: &random)!, at: place)
            default: result.replaceSubrange(place..<min(result.count, place + 20), with: [])
            }
        }
        return result
    }

    @Test("every line of damaged JSON is a row or a reject") func jsonLines() throws {
        let line =
            #"{"a":1,"s":"é\u00e9\"x","l":[1,2.5,null],"o":{"k":[{"z":true}]},"t":"2024-01-01T00:00:00Z","unwanted":{"x":[1e5,"y"]}}"#
        let wanted = try schema(
            ("a", "int64"), ("s", "string"), ("l", "list<float64>"), ("o", "struct<k: list<struct<z: boolean>>>"), ("t", "timestamptz"))
        for seed in UInt64(0)..<400 {
            var random = SeededGenerator(seed: seed)
            let bytes = damaged(Array((line + "\n" + line + "\n").utf8), &random)
            let lines = bytes.split(separator: 0x0A).filter { !$0.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
            let result = try read(bytes, json(["layout": .text("lines")]), wanted, path: "x.jsonl")
            #expect(result.rows.count + result.rejects.count == lines.count, "seed \(seed)")
        }
    }

    @Test("damaged CSV is rows and rejects, in every dialect, and what is read is of the type") func csvText() throws {
        let text = "a,b,c,d\n1,\"x \"\"y\"\"\",2024-01-01,1.5\n,\"two\nlines\",,\n-3,é, 2024-02-29 ,\"2\"\n"
        let dialects: [[String: OptionValue]] = [
            [:], ["trim": .boolean(true)], ["quotes": .text("lenient"), "ragged": .text("pad")], ["quote": .text("")],
            ["null_values": .texts(["é", "1"])], ["encoding": .text("utf-16le")], ["encoding": .text("cp1252")],
        ]
        let wanted = try schema(("a", "int64"), ("b", "string"), ("c", "date"), ("d", "float64"))
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            let bytes = damaged(Array(text.utf8), &random)
            for options in dialects {
                do {
                    let result = try read(bytes, csv(options), wanted, missing: .null)
                    #expect(result.rows.allSatisfy { row in zip(row, wanted.fields).allSatisfy { $0.fits($1.type) } }, "seed \(seed)")
                } catch let error as SluiceError {
                    #expect([.duplicateColumn, .malformedRecord, .invalidEncoding].contains(error.code), "seed \(seed): \(error)")
                }
            }
        }
    }
}
