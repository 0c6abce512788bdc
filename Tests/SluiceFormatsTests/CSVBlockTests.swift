import CTextScan
import SluiceCore
import Testing

@testable import SluiceFormats

@Suite("CSV by blocks reads what the careful reader reads") struct CSVBlockTests {
    /// What reading gave, in a comparable form.
    private struct Outcome: Equatable, CustomStringConvertible {
        var rows: [String] = []
        var rejects: [String] = []
        var description: String { (rows + rejects.map { "reject: " + $0 }).joined(separator: "\n") }

        mutating func take(_ decoded: DecodedBatch, framed: [Reject] = []) {
            for row in 0..<decoded.batch.rowCount {
                let place = decoded.batch.origin.map { "\($0.location(row))" } ?? ""
                let raw = decoded.batch.origin?.raw.map { String(decoding: $0[row], as: UTF8.self) } ?? ""
                rows.append("\(place) \(decoded.batch.row(row).json) \(raw)")
            }
            for reject in framed + decoded.rejects {
                let place = reject.location.map { "\($0)" } ?? ""
                rejects.append("\(place) \(reject.error.code) \(reject.error.message) \(String(decoding: reject.raw, as: UTF8.self))")
            }
        }
    }

    private let types: [(String, DataType)] = [
        ("a", .int64), ("b", .string), ("c", .float64), ("d", .timestamp(zoned: true)), ("e", .int8),
    ]

    /// Reads by blocks or record by record, with small chunks.
    private func read(
        _ text: [UInt8], _ options: [String: OptionValue], byBlocks: Bool, chunkBytes: Int, condition: (any RowCondition)? = nil
    ) throws -> Outcome {
        let dialect = try CSVDialect(options)
        var framer = try CSVFramer(MemorySource(text), dialect: dialect, path: "t.csv", chunkBytes: chunkBytes)
        let fields = types.filter { framer.layout.columns.contains($0.0) }.map { Field($0.0, $0.1) }
        let decoder = try CSVDecoder(dialect, layout: framer.layout, schema: try Schema(fields), missing: .null)
        let request = ReadRequest(try Schema(fields), condition: condition, keepsRaw: true)
        var outcome = Outcome()
        if byBlocks {
            while let block = try framer.nextBlock() { outcome.take(decoder.decode(block, request)) }
        } else {
            while let framed = try framer.next() { outcome.take(decoder.decodeWhole(framed, request)) }
        }
        outcome.rejects.sort()
        return outcome
    }

    private func field(_ column: Int, _ random: inout SeededGenerator) -> String {
        let numbers = [
            "0", "7", "-12", "123456789", "1.5", "007", "", "-", "9223372036854775808", "1_000", "2.75", "300", "-128", "1e3", "+4",
        ]
        let texts = [
            "", "x", "Zoë", "\"q\"", "\"a,b\"", "\"two\nlines\"", "\"he said \"\"hi\"\"\"", "\"\"", " pad ", "NA",
            "longer than sixteen bytes",
        ]
        let times = [
            "2013-01-01T10:00:00Z", "2013-01-01 10:00:00", "2013-02-30T00:00:00Z", "2013-01-01T10:00:00.5Z", "", "2013-01-01", "now",
        ]
        let odd = ["a\"b", "\"x\"y", "\"open", "a\rb", "\"\"\"", "\u{0}"]
        if Int.random(in: 0..<60, using: &random) == 0 { return odd.randomElement(using: &random)! }
        switch column {
        case 1: return texts.randomElement(using: &random)!
        case 3: return times.randomElement(using: &random)!
        default:
            return Bool.random(using: &random) ? "\(Int.random(in: -90...120, using: &random))" : numbers.randomElement(using: &random)!
        }
    }

    private func table(_ random: inout SeededGenerator) -> [UInt8] {
        let end = ["\n", "\r\n"].randomElement(using: &random)!
        var text = "a,b,c,d,e" + end
        for _ in 0..<Int.random(in: 0...30, using: &random) {
            let width = Int.random(in: 0..<25, using: &random) == 0 ? Int.random(in: 1...7, using: &random) : 5
            text += (0..<width).map { field($0, &random) }.joined(separator: ",")
            text += Int.random(in: 0..<40, using: &random) == 0 ? "\n" + end : end
        }
        if Bool.random(using: &random), text.hasSuffix(end) { text.removeLast() }
        return Array(text.utf8)
    }

    @Test("on tables of every kind, however they are cut", arguments: [64, 300, 1 << 20])
    func sameRows(_ chunkBytes: Int) throws {
        let dialects: [[String: OptionValue]] = [
            [:], ["null_values": .texts(["NA", ""])], ["ragged": .text("pad")], ["quotes": .text("lenient")],
        ]
        for seed in UInt64(0)..<400 {
            var random = SeededGenerator(seed: seed)
            let text = table(&random)
            let options = dialects[Int(seed) % dialects.count]
            let blocks = try read(text, options, byBlocks: true, chunkBytes: chunkBytes)
            let careful = try read(text, options, byBlocks: false, chunkBytes: chunkBytes)
            #expect(blocks == careful, "seed \(seed): \(String(decoding: text, as: UTF8.self).debugDescription)")
        }
    }

    @Test("every kind of instructions finds the same") func levels() {
        let alphabet = Array("aaaaaa,,\"\n\n\r\u{0}é".utf8)
        let best = sluice_csv_best_level().rawValue
        for seed in UInt64(0)..<2_000 {
            var random = SeededGenerator(seed: seed)
            let text = random.bytes(alphabet, upTo: 400)
            let quote: Int32 = seed % 3 == 0 ? -1 : 0x22
            let found = (0...best).map { level -> [UInt64] in
                var bounds = sluice_csv_bounds()
                sluice_csv_find_bounds(text, text.count, 0x2C, quote, sluice_csv_level(rawValue: level), &bounds)
                var ends = [UInt32](repeating: 0, count: text.count + 64)
                let count = sluice_csv_index(text, text.count, 0x2C, quote, sluice_csv_level(rawValue: level), &ends)
                return [bounds.end, bounds.line_feeds, bounds.record_ends, Int(bounds.traits)].map { UInt64($0) }
                    + ends[..<count].map { UInt64($0) }
            }
            #expect(Set(found).count == 1, "seed \(seed)")
        }
    }

    @Test("bytes of any kind are read without a trap") func anyBytes() throws {
        let alphabet = Array("1a,,\"\"\n\n\r\u{0}é".utf8) + [0xFF]
        for seed in UInt64(0)..<3_000 {
            var random = SeededGenerator(seed: seed)
            let text = Array("a,b,c\n".utf8) + random.bytes(alphabet, upTo: 150)
            let blocks = try read(text, [:], byBlocks: true, chunkBytes: 1 << 20)
            let careful = try read(text, [:], byBlocks: false, chunkBytes: 1 << 20)
            #expect(blocks == careful, "seed \(seed): \(text)")
        }
    }

    /// Keeps rows whose `e` is above 10.
    private struct Above: RowCondition {
        var columns: [String] { ["e"] }
        var bounds: [ColumnBound] { [ColumnBound("e", .greater(.integer(10)))] }

        func kept(of batch: Batch) -> Bitmap {
            let column = batch["e"]!
            return Bitmap((0..<batch.rowCount).map { row in if case .integer(let value) = column[row] { value > 10 } else { false } })
        }
    }

    @Test("a condition leaves out rows, but none that cannot be judged") func condition() throws {
        let text = Array("a,b,c,d,e\n1,x,,,9\n2,\"y\",,,11\nz,z,,,5\n3,x,,,twelve\nq,x,,,99\n".utf8)
        let outcome = try read(text, [:], byBlocks: true, chunkBytes: 1 << 20, condition: Above())
        #expect(outcome.rows.count == 1)
        #expect(outcome.rows.first?.contains("\"a\":2") == true)
        // The third line's bad number is in a row that nobody asked for; those of lines 5 and 6 are.
        #expect(outcome.rejects.map { $0.prefix(7) } == ["t.csv:5", "t.csv:6"])
    }

    @Test("values beyond the column's type are rejects with line and column, never other values", arguments: ["2.75", "007", "1_000"])
    func silentChanges(_ value: String) throws {
        let text = Array(("a,b\n" + String(repeating: "1,x\n", count: 30_000) + value + ",y\n2,z\n").utf8)
        let outcome = try read(text, [:], byBlocks: true, chunkBytes: 1 << 16)
        #expect(outcome.rows.count == 30_001)
        #expect(outcome.rejects.count == 1)
        #expect(outcome.rejects[0].hasPrefix("t.csv:30002:1 "))
        #expect(outcome.rejects[0].contains("\"\(value)\" does not fit the type int64"))
    }
}
