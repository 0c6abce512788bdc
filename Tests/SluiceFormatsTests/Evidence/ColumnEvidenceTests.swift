import SluiceCore
import SluiceFormats
import SluiceTestKit
import Testing

@Suite("Evidence of columns")
struct ColumnEvidenceTests {
    @Test("counts, nulls, bounds and examples") func figures() throws {
        let decision = try decided("id,name,day\n3,b,2024-01-02\n1,,2024-01-01\n2,a,\n")
        let columns = decision.columns
        #expect(columns.map(\.nulls) == [0, 1, 1])
        #expect(columns.map { $0.evidence.distinct.estimate } == [3, 2, 2])
        #expect(columns.compactMap(\.bounds).map(\.least) == ["1", "a", "2024-01-01"])
        #expect(columns.compactMap(\.bounds).map(\.most) == ["3", "b", "2024-01-02"])
        #expect(columns[1].evidence.sampleValues == ["a", "b"])
    }

    @Test("records without a column count as nulls of it") func missingMembers() throws {
        let found = try evidence("{\"a\":1}\n{\"b\":2}\n{\"a\":null,\"b\":3}\n", json(), path: "t.jsonl")
        #expect(found.rows == 3)
        #expect(found.columns.map { found.nulls(of: $0) } == [2, 1])
    }

    @Test("bad records are counted and named, good ones around them are not lost") func rejects() throws {
        let found = try evidence("a,b\n1,2\n3\n4,5,6\n7,8\n", csv())
        #expect(found.rows == 2 && found.rejected == 2)
        #expect(found.rejects.compactMap { $0.location?.description.split(separator: ":")[1] } == ["3", "4"])
        let deep = String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)
        let nested = try evidence("{\"a\":1}\n{\"a\":\(deep)}\n", json(), path: "t.jsonl")
        #expect(nested.rows == 1 && nested.rejected == 1)
        #expect(nested.rejects.first?.error.message.contains("128") == true, "\(nested.rejects)")
    }

    @Test("one by one or in blocks, with quotes or without: the same evidence", arguments: [1, 2, 3, 4, 5, 6]) func ways(_ seed: UInt64)
        throws
    {
        var random = SeededGenerator(seed: seed)
        let values = [
            "1", "22", "x", "", "\"q,1\"", "\"a \"\"b\"\"\"", "2024-01-05", "3.25", "007", "\"\"", "é", "12345678901234567890", "true",
        ]
        var text = "a,b,c\n"
        for _ in 0..<500 { text += (0..<3).map { _ in values.randomElement(using: &random) ?? "" }.joined(separator: ",") + "\n" }
        let blocks = TableDecision(try evidence(text, csv()), format: "csv")
        let records = TableDecision(try evidence(text, csv(), wholeBlocks: false), format: "csv")
        #expect(
            Value.list(blocks.columns.map { $0.json(rows: blocks.rows) }).json
                == Value.list(records.columns.map { $0.json(rows: records.rows) }).json)
    }

    @Test("parts that are merged in any order are the whole", arguments: [7, 8, 9]) func merging(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let header = "a,b\n"
        let lines = (0..<3_000).map { _ in
            "\(Int.random(in: 0..<2_000, using: &random)),\(["x", "1", "2.5", ""].randomElement(using: &random) ?? "")\n"
        }
        var parts: [TableEvidence] = []
        for (index, start) in stride(from: 0, to: lines.count, by: 300).enumerated() {
            parts.append(try evidence(header + lines[start..<(start + 300)].joined(), csv(), path: "part-\(index).csv"))
        }
        func whole(_ order: [TableEvidence]) -> String {
            var all = TableEvidence()
            for part in order { all.merge(part) }
            let decision = TableDecision(all, format: "csv")
            return Value.list(decision.columns.map { $0.json(rows: decision.rows) }).json
        }
        #expect(whole(parts) == whole(parts.shuffled(using: &random)))
        #expect(whole(parts).contains("part-0.csv"))
    }

    @Test("different values: exact while few, near while many", arguments: [(10, 0.0), (500, 0.0), (50_000, 0.15)])
    func distinct(_ count: Int, _ tolerance: Double) throws {
        let text = "a,b\n" + (0..<count).map { "v\($0 &* 7919),1\n" }.joined() + (0..<count).map { "v\($0 &* 7919),1\n" }.joined()
        let sketch = try evidence(text, csv()).columns[0].distinct
        #expect(abs(Double(sketch.estimate) - Double(count)) <= tolerance * Double(count), "\(sketch.estimate) of \(count)")
        #expect(sketch.isExact == (count <= EvidenceLimits.distinctHashes))
    }

    @Test("a sketch that is kept and read again goes on as before") func kept() throws {
        let sketch = try evidence("a,b\n" + (0..<5_000).map { "\($0),1\n" }.joined(), csv()).columns[0].distinct
        let again = DistinctSketch(hashes: sketch.hashes, isExact: sketch.isExact, wanted: EvidenceLimits.distinctHashes)
        #expect(again.estimate == sketch.estimate && again.hashes == sketch.hashes)
    }
}
